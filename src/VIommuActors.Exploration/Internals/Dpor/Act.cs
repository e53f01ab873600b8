using VIommuActors.Simulation;

namespace VIommuActors.Exploration.Internals.Dpor;

/// <summary>A step as the reduction sees it: a lane that delivers, and what the step touches besides its receiver.</summary>
/// <param name="Lane">The lane, and the fault if there was one.</param>
/// <param name="Touched">Shared objects; null for none.</param>
internal readonly record struct Act(LaneId Lane, Access[]? Touched)
{
    /// <summary>True when the order of the two can matter: same receiver, or a shared object that one of them writes.</summary>
    public bool DependsOn(in Act other) =>
        Lane.Receiver == other.Lane.Receiver
        || (Touched is not null && Meets(Touched, other))
        || (other.Touched is not null && Touches(other.Touched, SharedObject.ActorState(Lane.Receiver), true));

    private static bool Meets(Access[] touched, in Act other)
    {
        if (Touches(touched, SharedObject.ActorState(other.Lane.Receiver), true))
        {
            return true;
        }

        foreach (var access in other.Touched ?? [])
        {
            if (Touches(touched, access.Object, access.Write))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Touches(Access[] touched, long sharedObject, bool write)
    {
        foreach (var access in touched)
        {
            if (access.Object == sharedObject && (write || access.Write))
            {
                return true;
            }
        }

        return false;
    }
}
