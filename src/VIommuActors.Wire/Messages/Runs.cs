using System.Collections.Immutable;

namespace VIommuActors.Wire.Messages;

/// <summary>Coordinator → node: what the machines of a run are.</summary>
/// <param name="Run">Id of the run.</param>
/// <param name="Name">The scenario's name.</param>
/// <param name="Scenario">Its text; at most <see cref="WireLimits.ScenarioBytes"/> bytes of UTF-8.</param>
/// <param name="Settings">
/// Keys set on top of it, <c>key=value</c>; at most <see cref="WireLimits.Settings"/> of <see cref="WireLimits.TextBytes"/> bytes.
/// </param>
/// <param name="Protocol">The design.</param>
/// <param name="Seed">Seed of machine 0; every machine's follows from it.</param>
/// <param name="Vms">How many machines.</param>
/// <param name="Oracle">Whether the verdict is taken.</param>
/// <param name="Trace">Whether traces are written.</param>
/// <param name="LossPerMille">Frames that a link loses on purpose, of 1,000.</param>
/// <param name="DuplicatePerMille">Frames that it sends twice on purpose, of 1,000.</param>
public sealed record DefineRun(
    string Run,
    string Name,
    string Scenario,
    ImmutableArray<string> Settings,
    string Protocol,
    ulong Seed,
    int Vms,
    bool Oracle,
    bool Trace,
    int LossPerMille,
    int DuplicatePerMille) : IClusterMessage
{
    /// <summary>By value, settings included.</summary>
    public bool Equals(DefineRun? other) =>
        other is not null && Run == other.Run && Name == other.Name && Scenario == other.Scenario && Settings.SameAs(other.Settings) &&
        Protocol == other.Protocol && Seed == other.Seed && Vms == other.Vms && Oracle == other.Oracle && Trace == other.Trace &&
        LossPerMille == other.LossPerMille && DuplicatePerMille == other.DuplicatePerMille;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Run, Name, Protocol, Seed, Vms);
}

/// <summary>Node → coordinator: the run is known here.</summary>
/// <param name="Run">The run.</param>
/// <param name="Node">The node.</param>
/// <param name="Problem">What is wrong with the definition, null when nothing is; at most <see cref="WireLimits.TextBytes"/> bytes.</param>
public sealed record RunDefined(string Run, string Node, string? Problem) : IClusterMessage;

/// <summary>Coordinator → hypervisor half: run the machine.</summary>
public sealed record StartVm(string Run, int Vm) : IVmMessage;

/// <summary>Coordinator → node: the run is over, forget it.</summary>
public sealed record EndRun(string Run) : IClusterMessage;

/// <summary>Node → coordinator: sums over its machines since the run began.</summary>
/// <param name="Run">The run.</param>
/// <param name="Node">The node.</param>
/// <param name="Role">What it does in the run.</param>
/// <param name="VmsRunning">Machines that run here now.</param>
/// <param name="VmsEnded">Machines that ended here.</param>
/// <param name="Dmas">DMA requests begun.</param>
/// <param name="Done">DMA requests that ended.</param>
/// <param name="Invalidations">Invalidations that guests have seen complete.</param>
/// <param name="Messages">Messages of parties.</param>
/// <param name="FramesSent">Frames sent for the first time.</param>
/// <param name="FramesAgain">Frames sent again.</param>
/// <param name="FramesRefused">Frames of closed sessions.</param>
public sealed record NodeProgress(
    string Run,
    string Node,
    string Role,
    int VmsRunning,
    int VmsEnded,
    long Dmas,
    long Done,
    long Invalidations,
    long Messages,
    long FramesSent,
    long FramesAgain,
    long FramesRefused) : IClusterMessage;

/// <summary>What one machine came to. Not a message by itself.</summary>
/// <param name="Dmas">DMA requests begun.</param>
/// <param name="Done">Of these, ended without a fault.</param>
/// <param name="Faulted">Ended with a fault.</param>
/// <param name="Abandoned">Given up with the device that had them.</param>
/// <param name="Open">Still under way at the end.</param>
/// <param name="Invalidations">Invalidations that the guest has seen complete.</param>
/// <param name="Messages">Messages of parties.</param>
/// <param name="Sessions">Lives of its device model.</param>
/// <param name="FramesRefused">Frames of closed sessions.</param>
/// <param name="Violations">
/// How often each property was violated, in the oracle's order; at most <see cref="WireLimits.Violations"/>.
/// </param>
/// <param name="Details">
/// A sentence for each violation, at most <see cref="WireLimits.Details"/> of <see cref="WireLimits.TextBytes"/> bytes.
/// </param>
/// <param name="InvalidationNs">Histogram, encoded; at most <see cref="WireLimits.HistogramBytes"/> bytes.</param>
/// <param name="DmaNs">Histogram, encoded; at most <see cref="WireLimits.HistogramBytes"/> bytes.</param>
public sealed record VmFigures(
    long Dmas,
    long Done,
    long Faulted,
    long Abandoned,
    long Open,
    long Invalidations,
    long Messages,
    int Sessions,
    long FramesRefused,
    ImmutableArray<long> Violations,
    ImmutableArray<string> Details,
    ImmutableArray<byte> InvalidationNs,
    ImmutableArray<byte> DmaNs)
{
    /// <summary>By value, arrays included.</summary>
    public bool Equals(VmFigures? other) =>
        other is not null && Dmas == other.Dmas && Done == other.Done && Faulted == other.Faulted && Abandoned == other.Abandoned &&
        Open == other.Open && Invalidations == other.Invalidations && Messages == other.Messages && Sessions == other.Sessions &&
        FramesRefused == other.FramesRefused && Violations.SameAs(other.Violations) && Details.SameAs(other.Details) &&
        InvalidationNs.SameAs(other.InvalidationNs) && DmaNs.SameAs(other.DmaNs);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Dmas, Done, Faulted, Invalidations, Messages, Sessions);
}

/// <summary>Hypervisor half → coordinator: the machine has ended.</summary>
/// <param name="Run">The run.</param>
/// <param name="Vm">The machine.</param>
/// <param name="Node">Where it ran.</param>
/// <param name="Figures">What it came to.</param>
/// <param name="Lost">
/// Why its figures are not to be trusted, null when they are; at most <see cref="WireLimits.TextBytes"/> bytes.
/// </param>
public sealed record VmEnded(string Run, int Vm, string Node, VmFigures Figures, string? Lost) : IVmMessage;

/// <summary>
/// Hypervisor half → coordinator: the machine runs here. Sent again for every <see cref="StartVm"/> that finds it running.
/// </summary>
/// <param name="Run">The run.</param>
/// <param name="Vm">The machine.</param>
/// <param name="Node">Where.</param>
public sealed record VmStarted(string Run, int Vm, string Node) : IVmMessage;

/// <summary>Coordinator → node: the machine's end is noted, and need not be told again.</summary>
/// <param name="Run">The run.</param>
/// <param name="Vm">The machine.</param>
public sealed record VmNoted(string Run, int Vm) : IVmMessage;
