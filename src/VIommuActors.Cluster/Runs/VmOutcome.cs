using VIommuActors.Wire.Messages;

namespace VIommuActors.Cluster.Runs;

/// <summary>How far a machine has come.</summary>
public enum VmState
{
    /// <summary>Not confirmed by a node.</summary>
    Waiting,

    /// <summary>On a node.</summary>
    Running,

    /// <summary>Its guest came to the end of its work.</summary>
    Ended,

    /// <summary>It did not: its node died or left, or it was cut off.</summary>
    Lost,
}

/// <summary>What a machine came to.</summary>
public sealed class VmOutcome
{
    /// <summary>How far it has come.</summary>
    public VmState State { get; internal set; }

    /// <summary>Where its memory is; null before it started.</summary>
    public string? Node { get; internal set; }

    /// <summary>Its figures; null when they died with its node.</summary>
    public VmFigures? Figures { get; internal set; }

    /// <summary>Why it is lost.</summary>
    public string? Lost { get; internal set; }
}
