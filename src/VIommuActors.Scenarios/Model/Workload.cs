namespace VIommuActors.Scenarios.Model;

/// <summary>What the vCPUs do.</summary>
/// <param name="Kind">Synthetic loops or a recording.</param>
/// <param name="Rounds">Map, DMA, unmap cycles of one vCPU.</param>
/// <param name="BufferPages">4 KiB pages of one buffer.</param>
/// <param name="Burst">DMA requests issued on one mapping.</param>
/// <param name="BufferOffset">Byte within the first page at which the buffer starts.</param>
/// <param name="MapPageSize">Bytes of the pages the driver maps with: 4 KiB, 2 MiB or 1 GiB.</param>
/// <param name="UnmapWhileInFlight">True: the driver unmaps without waiting for the device, the case this is all about.</param>
/// <param name="Policy">When the driver invalidates.</param>
/// <param name="DeferredEntries">Unmaps a deferred driver collects before it invalidates.</param>
/// <param name="DeferredTimerNs">Longest time a deferred driver waits, virtual nanoseconds.</param>
/// <param name="OptimisticQuota">Mappings an optimistic driver keeps per device.</param>
/// <param name="OptimisticTimeoutNs">How long it keeps an unused one, virtual nanoseconds.</param>
/// <param name="MapperUses">Accesses a mapper device makes through one mapping.</param>
/// <param name="WritePercent">Share of DMA requests that write memory, 0 to 100.</param>
/// <param name="File">Recording of a trace workload for <see cref="ScenarioFiles.Open"/>: absolute, or <c>embedded:NAME</c>.</param>
/// <param name="ThinkTimeScale">Factor on the gaps between recorded events; 0/1: no think time.</param>
public sealed record Workload(
    WorkloadKind Kind, long Rounds, int BufferPages, int Burst, int BufferOffset, int MapPageSize, bool UnmapWhileInFlight, Policy Policy,
    int DeferredEntries, long DeferredTimerNs, int OptimisticQuota, long OptimisticTimeoutNs, int MapperUses, int WritePercent,
    string? File, Ratio ThinkTimeScale)
{
    /// <summary>Every device of the buffer's domain works on it, instead of one a round in turn.</summary>
    public bool EveryDevice { get; init; }

    /// <summary>What a vCPU does between two rounds besides DMA, in nanoseconds.</summary>
    public long ThinkNs { get; init; }
}
