using VIommuActors.Simulation;

namespace VIommuActors.Exploration.Internals.Dpor;

/// <summary>A step as the reduction sees it: a lane that delivers, and what the step touches besides its receiver.</summary>
/// <param name="Lane">The lane, and the fault if there was one.</param>
/// <param name="Touched">Shared objects; null for none.</param>
/// <param name="Optional">True when something else could have happened to the message: a fault, or the plain delivery.</param>
internal readonly record struct Act(LaneId Lane, Access[]? Touched, bool Optional = false)
{
    private const long SomeObject = long.MaxValue;
    private const long SomeActor = long.MaxValue - 1;
    private static readonly Access[] SomeObjects = [new(SomeObject, true)];
    private static readonly Access[] SomeActors = [new(SomeObject, true), new(SomeActor, true)];

    /// <summary>True when the order of the two can matter: same receiver, or a shared object that one of them writes.</summary>
    public bool DependsOn(in Act other) =>
        Lane.Receiver == other.Lane.Receiver
        || (Touched is not null && Meets(Touched, other))
        || (other.Touched is not null && Meets(other.Touched, this));

    /// <summary>
    /// What an unseen step may touch, in a world with this step and the unseen ones of before: nothing, some object, or some
    /// actor.
    /// </summary>
    public Access[]? Unknown(Access[]? before)
    {
        if (Touched is null || ReferenceEquals(before, SomeActors) || before?.Length == SomeActors.Length)
        {
            return before;
        }

        // Ids of actors lie between those of outside lanes and those of the program.
        bool touchesActor = Array.Exists(Touched, access => access.Object is < 0 and > SharedObject.FirstOutsideLane);
        return touchesActor ? SomeActors : before ?? SomeObjects;
    }

    private static bool Meets(Access[] touched, in Act other)
    {
        foreach (var access in touched)
        {
            switch (access.Object)
            {
                case SomeActor:
                    return true;
                case SomeObject when other.Touched is not null:
                    return true;
                case var id when id == SharedObject.ActorState(other.Lane.Receiver):
                    return true;
                default:
                    if (other.Touched is not null && Touches(other.Touched, access))
                    {
                        return true;
                    }

                    break;
            }
        }

        return false;
    }

    private static bool Touches(Access[] touched, Access with)
    {
        foreach (var access in touched)
        {
            if (access.Object == with.Object && (with.Write || access.Write))
            {
                return true;
            }
        }

        return false;
    }
}
