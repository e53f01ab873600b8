namespace VIommuActors.Simulation;

/// <summary>What happens to the first message of a lane when the lane is chosen.</summary>
public enum LaneFault : byte
{
    /// <summary>The receiver handles it.</summary>
    None,

    /// <summary>It is lost: taken from the lane, handled by nobody.</summary>
    Drop,

    /// <summary>The receiver handles it and it stays the first of its lane, to be delivered again later.</summary>
    Duplicate,

    /// <summary>
    /// It is set aside: nobody handles it now, and from then on it is a choice of its own, which later messages of its sender may
    /// overtake. See <see cref="LaneId.Side"/>.
    /// </summary>
    Reorder,

    /// <summary>
    /// It leaves the lane and comes back <see cref="LaneFaults.DelayNs"/> later, behind what waits there by then; the step that
    /// delayed it is the cause of the step that delivers it.
    /// </summary>
    Delay,

    /// <summary>
    /// It is lost, and in its place the receiver gets what <see cref="LaneFaults.CrashWith"/> gives for it, from no sender.
    /// </summary>
    Crash,
}

/// <summary>The faults that a message may suffer.</summary>
[Flags]
public enum LaneFaultKinds
{
    /// <summary>None: it is always delivered in its turn.</summary>
    None = 0,

    /// <summary><see cref="LaneFault.Drop"/>.</summary>
    Drop = 1,

    /// <summary><see cref="LaneFault.Duplicate"/>.</summary>
    Duplicate = 2,

    /// <summary><see cref="LaneFault.Reorder"/>.</summary>
    Reorder = 4,

    /// <summary><see cref="LaneFault.Delay"/>.</summary>
    Delay = 8,

    /// <summary><see cref="LaneFault.Crash"/>.</summary>
    Crash = 16,

    /// <summary>All of them.</summary>
    All = Drop | Duplicate | Reorder | Delay | Crash,
}
