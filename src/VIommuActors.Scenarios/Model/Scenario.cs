using System.Collections.Immutable;

namespace VIommuActors.Scenarios.Model;

/// <summary>One situation, fully resolved: every key has a value that was checked.</summary>
public sealed record Scenario
{
    public required string Name { get; init; }
    public required string Description { get; init; }
    /// <summary>Protocol name: any of <c>protocols.*</c> in reference.conf.</summary>
    public required string Protocol { get; init; }
    public required InvalidationInterface Invalidation { get; init; }
    public required Topology Topology { get; init; }
    public required UnitSettings Unit { get; init; }
    public required Workload Workload { get; init; }
    public required Timing Timing { get; init; }
    public required Limits Limits { get; init; }
    public required ImmutableArray<FaultRule> Faults { get; init; }
    public required Expectation Expect { get; init; }
    /// <summary>Options of each protocol (<c>protocols.NAME.KEY</c>), as text that was checked against reference.conf.</summary>
    public required ImmutableSortedDictionary<string, ImmutableSortedDictionary<string, string>> ProtocolOptions { get; init; }
}

public enum InvalidationInterface { Register, Queued }
public enum DeviceKind { DmaEngine, Nic, Mapper }
public enum WorkloadKind { MapDmaUnmap, Storm, Trace }
public enum Policy { Strict, Deferred, Optimistic, ShadowCopy }
public enum Verdict { Held, Violated, Hung }

/// <summary>Who takes part. Counts are per guest except <paramref name="Guests"/>.</summary>
public sealed record Topology(int Guests, int Vcpus, int VIommus, int Domains, int RamMib, ImmutableArray<DeviceGroup> Devices);

/// <summary><paramref name="Count"/> equal devices. InFlight: DMA requests a device works on at once. VIommu: index of the unit it sits behind.</summary>
public sealed record DeviceGroup(DeviceKind Kind, int Count, int InFlight, int VIommu);

/// <summary>The emulated unit's offer.</summary>
public sealed record UnitSettings(int AddressWidth, bool CachingMode, bool Drain, int IotlbEntries, int ContextEntries);

/// <summary>What the vCPUs do.</summary>
public sealed record Workload(
    WorkloadKind Kind, long Rounds, int BufferPages, int Burst, int BufferOffset, int MapPageSize, bool UnmapWhileInFlight, Policy Policy,
    int DeferredEntries, long DeferredTimerNs, int OptimisticQuota, long OptimisticTimeoutNs, int MapperUses, int WritePercent,
    string? File, Ratio ThinkTimeScale);

/// <summary>A probability or factor written as a ratio, never as a float.</summary>
public readonly record struct Ratio(long Numerator, long Denominator);

/// <summary>Latencies per kind of hop, all in virtual nanoseconds.</summary>
public sealed record Timing(
    long MmioTrap, long Hypercall, long Ioreq, long EventChannel, long DmaPerPage, long Doorbell, long Interrupt, long DeviceModel,
    long Ats, long BouncePerPage, long GuestOperation, long InvalidationTimeout);

/// <summary>Bounds of one run: it ends, and says so, when either is reached.</summary>
public sealed record Limits(long Steps, long VirtualNs);

/// <summary>A fault: probabilistic on a message kind, or a crash of a party.</summary>
public abstract record FaultRule(string On);
public sealed record MessageFault(string On, Ratio Drop, Ratio Duplicate, Ratio Delay, long DelayNs) : FaultRule(On);
public sealed record CrashFault(string On, long CrashAtNs, long? RestartAfterNs) : FaultRule(On);

/// <summary>What the run is expected to show. Null: nothing was stated, so a violation is unexpected.</summary>
public sealed record Expectation(Verdict? Verdict, ImmutableSortedDictionary<string, Verdict> Protocols);
