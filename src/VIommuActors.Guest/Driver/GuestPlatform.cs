using System.Collections.Immutable;
using VIommuActors.Oracle;
using VIommuActors.Vtd;

namespace VIommuActors.Guest.Driver;

/// <summary>A DMA device as the guest's firmware tables describe it.</summary>
/// <param name="Index">Number to ring it by.</param>
/// <param name="Source">Requester id.</param>
/// <param name="Unit">Index of the remapping unit it sits behind.</param>
/// <param name="Domain">Index of the domain it is attached to.</param>
/// <param name="HasRing">Takes its requests from a descriptor ring in memory.</param>
/// <param name="KeepsMappings">Holds a mapping over many accesses.</param>
public sealed record GuestDevice(int Index, SourceId Source, int Unit, int Domain, bool HasRing, bool KeepsMappings);

/// <summary>A domain: one set of tables behind one unit.</summary>
/// <param name="Unit">Index of the unit.</param>
/// <param name="Id">Domain id in context entries; never 0.</param>
/// <param name="Key">How the watch knows it.</param>
public sealed record GuestDomain(int Unit, DomainId Id, DomainKey Key);

/// <summary>Everything a guest knows of its machine and its own set-up.</summary>
public sealed record GuestPlatform
{
    /// <summary>Guest-physical base addresses of the units.</summary>
    public required ImmutableArray<ulong> UnitBases { get; init; }

    /// <summary>The devices, by index.</summary>
    public required ImmutableArray<GuestDevice> Devices { get; init; }

    /// <summary>The domains, by index.</summary>
    public required ImmutableArray<GuestDomain> Domains { get; init; }

    /// <summary>Bytes of RAM from address 0.</summary>
    public required ulong RamBytes { get; init; }

    /// <summary>Queued invalidation instead of registers.</summary>
    public required bool Queued { get; init; }

    /// <summary>Devices use ATS: TT=1, and a device-TLB invalidation follows each IOTLB invalidation.</summary>
    public required bool DeviceTlb { get; init; }

    /// <summary>CAP.CM is set: new mappings are invalidated too.</summary>
    public required bool CachingMode { get; init; }

    /// <summary>Devices are attached and detached one by one, in pass-through, instead of translated from start-up on.</summary>
    public bool PassThrough { get; init; }

    /// <summary>Levels of the second-level tables: 3 or 4.</summary>
    public required int Levels { get; init; }

    /// <summary>What one pass through the driver's map or unmap code costs, in virtual nanoseconds.</summary>
    public required long OperationNs { get; init; }

    /// <summary>Copying a page between a shadow buffer and its owner, in virtual nanoseconds.</summary>
    public required long CopyPerPageNs { get; init; }

    /// <summary>DMAR_OPERATION_TIMEOUT in virtual nanoseconds.</summary>
    public required long InvalidationTimeoutNs { get; init; }
}
