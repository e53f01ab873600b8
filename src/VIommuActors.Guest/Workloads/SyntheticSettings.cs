using VIommuActors.Guest.Cpu;
using VIommuActors.Guest.Driver;
using VIommuActors.Guest.Policies;

namespace VIommuActors.Guest.Workloads;

/// <summary>What the synthetic workloads do.</summary>
public sealed record SyntheticSettings
{
    /// <summary>Map/unmap rounds per vCPU.</summary>
    public required long Rounds { get; init; }

    /// <summary>Pages of a buffer.</summary>
    public required int BufferPages { get; init; }

    /// <summary>Page size of buffers and leaves.</summary>
    public required ulong PageBytes { get; init; }

    /// <summary>DMA requests per mapping.</summary>
    public required int Burst { get; init; }

    /// <summary>Every device of the buffer's domain works on it, instead of one a round in turn.</summary>
    public bool EveryDevice { get; init; }

    /// <summary>Bytes into the buffer at which requests start; makes them cross page borders.</summary>
    public required int Offset { get; init; }

    /// <summary>Unmap without waiting for the device.</summary>
    public required bool UnmapWhileInFlight { get; init; }

    /// <summary>How long, at most, the guest thinks between ringing and unmapping in flight, in nanoseconds.</summary>
    public required long InFlightWindowNs { get; init; }

    /// <summary>Never wait for a device to finish before unmapping: invalidations one after another.</summary>
    public required bool Storm { get; init; }

    /// <summary>Share of requests that write memory, in percent.</summary>
    public required int WritePercent { get; init; }

    /// <summary>How often a device that keeps mappings goes over a buffer.</summary>
    public required int MapperUses { get; init; }

    /// <summary>Requests a vCPU lets wait before it pauses.</summary>
    public required int Backlog { get; init; }

    /// <summary>
    /// The window is what the last request took for which the guest waited, in place of <see cref="InFlightWindowNs"/>: for runs in real
    /// time, where nobody knows it beforehand.
    /// </summary>
    public bool MeasuresWindow { get; init; }

    /// <summary>What a vCPU does between two rounds besides DMA, in nanoseconds.</summary>
    public long ThinkNs { get; init; }

    /// <summary>Asked before each round: true ends the work before its last one. Null: never.</summary>
    public Func<bool>? EndsEarly { get; init; }

    /// <summary>Awaited by each vCPU between start-up and its first round. Null: it goes on at once.</summary>
    public Func<IGuestCpu, GuestCode>? BeforeWork { get; init; }

    /// <summary>Builds the policy of one vCPU.</summary>
    public required Func<IommuDriver, BufferPool, IMappingPolicy> NewPolicy { get; init; }
}
