namespace VIommuActors.Vtd;

/// <summary>What a unit offers; CAP and ECAP are built from it field by field.</summary>
public sealed record VtdOptions
{
    /// <summary>Guest address width: 39 or 48 bits (CAP.MGAW, CAP.SAGAW).</summary>
    public int AddressWidth { get; init; } = 48;

    /// <summary>Queued invalidation (ECAP.QI).</summary>
    public bool QueuedInvalidation { get; init; } = true;

    /// <summary>Device TLBs (ECAP.DT).</summary>
    public bool DeviceTlb { get; init; }

    /// <summary>Interrupt remapping (ECAP.IR, EIM off): SIRTP, IRE and IEC descriptors are accepted.</summary>
    public bool InterruptRemapping { get; init; } = true;

    /// <summary>Caching mode (CAP.CM).</summary>
    public bool CachingMode { get; init; }

    /// <summary>Read and write drain (CAP.DRD, CAP.DWD).</summary>
    public bool Drain { get; init; } = true;

    /// <summary>Pass-through contexts (ECAP.PT).</summary>
    public bool PassThrough { get; init; } = true;

    /// <summary>Snoop control (ECAP.SC).</summary>
    public bool SnoopControl { get; init; }

    /// <summary>CAP.ESRTPS: setting the root table pointer invalidates all caches.</summary>
    public bool EnhancedSetRootPointer { get; init; } = true;

    /// <summary>Translations the IOTLB holds before it starts over; at least 1.</summary>
    public int IotlbCapacity { get; init; } = 1024;

    /// <summary>Context entries the context cache holds; at least 1.</summary>
    public int ContextCacheCapacity { get; init; } = 256;

    /// <summary>Host address width: bits of a guest-physical address that tables may hold.</summary>
    public int HostAddressWidth { get; init; } = 48;
}
