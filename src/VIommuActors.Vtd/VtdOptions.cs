using VIommuActors.Vtd.Spec;

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

    /// <summary>Interrupt remapping (ECAP.IR).</summary>
    public bool InterruptRemapping { get; init; } = true;

    /// <summary>32-bit destinations of remapped interrupts (ECAP.EIM); without it they have 8 bits.</summary>
    public bool ExtendedInterruptMode { get; init; }

    /// <summary>Scalable mode (ECAP.SMTS): PASID tables and 256-bit descriptors.</summary>
    public bool ScalableMode { get; init; }

    /// <summary>First-level instead of second-level tables in scalable mode (ECAP.FLTS instead of SLTS).</summary>
    public bool FirstLevel { get; init; }

    /// <summary>1 GiB pages in first-level tables (CAP.FL1GP).</summary>
    public bool FirstLevelGiantPages { get; init; } = true;

    /// <summary>Requests with PASIDs (ECAP.PASID) of this width in bits, 1 to 20; 0 without.</summary>
    public int PasidBits { get; init; }

    /// <summary>False for a unit that only remaps interrupts (CAP.SAGAW = 0): GCMD.TE does nothing.</summary>
    public bool DmaTranslation { get; init; } = true;

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

    /// <summary>Host address width: bits of a guest-physical address that tables may hold, 32 to 52.</summary>
    public int HostAddressWidth { get; init; } = 48;

    /// <summary>
    /// Behave as QEMU's intel-iommu where that differs from the specification: the README beside this file lists each place.
    /// Off: the specification.
    /// </summary>
    public QemuRelease? Quirks { get; init; }

    /// <summary>True with the ways of any release of QEMU.</summary>
    public bool QemuQuirks => Quirks is not null;

    /// <summary>Options of a unit with recorded CAP and ECAP values. What the registers do not tell keeps its default.</summary>
    /// <exception cref="ArgumentException">
    /// The values offer, or lack, something that the model cannot follow; each field is named.
    /// </exception>
    public static VtdOptions FromCapabilities(ulong cap, ulong ecap)
    {
        var (c, e) = (new Cap(cap), new Ecap(ecap));
        var options = new VtdOptions
        {
            AddressWidth = c.GuestAddressWidth >= 48 ? 48 : 39,
            QueuedInvalidation = e.QueuedInvalidation,
            DeviceTlb = e.DeviceTlb,
            InterruptRemapping = e.InterruptRemapping,
            CachingMode = c.CachingMode,
            Drain = c.ReadDrain && c.WriteDrain,
            PassThrough = e.PassThrough,
            SnoopControl = e.SnoopControl,
            EnhancedSetRootPointer = c.EnhancedSetRootPointer,
            ExtendedInterruptMode = e.ExtendedInterruptMode,
            ScalableMode = e.ScalableMode,
            FirstLevel = e.FirstLevel,
            FirstLevelGiantPages = c.FirstLevelGiantPages || !e.FirstLevel,
            PasidBits = e.PasidBits,
            DmaTranslation = c.SupportedWidths != 0,
        };

        var differences = new List<string>();
        Compare("CAP", cap, Cap.From(options).Raw, Cap.Fields, differences);
        Compare("ECAP", ecap, Ecap.From(options).Raw, Ecap.Fields, differences);
        return differences.Count == 0
            ? options
            : throw new ArgumentException($"Not supported: {string.Join(", ", differences)} (CAP 0x{cap:x16}, ECAP 0x{ecap:x16}).");
    }

    /// <summary>Checks ranges.</summary>
    /// <exception cref="ArgumentException">A value out of its range; the message names it.</exception>
    internal void Validate()
    {
        if (AddressWidth is not (39 or 48)) throw new ArgumentException($"AddressWidth = {AddressWidth}: 39 or 48 bits.");
        if (HostAddressWidth is < 32 or > 52) throw new ArgumentException($"HostAddressWidth = {HostAddressWidth}: 32 to 52 bits.");
        if (PasidBits is < 0 or > 20) throw new ArgumentException($"PasidBits = {PasidBits}: 0 to 20 bits.");
        if (PasidBits > 0 && !ScalableMode) throw new ArgumentException("PasidBits: only with ScalableMode.");
        if (FirstLevel && !ScalableMode) throw new ArgumentException("FirstLevel: only with ScalableMode.");
        if (FirstLevel && AddressWidth != 48) throw new ArgumentException($"AddressWidth = {AddressWidth}: 48 bits with FirstLevel.");
        if (ExtendedInterruptMode && !InterruptRemapping)
            throw new ArgumentException("ExtendedInterruptMode: only with InterruptRemapping.");
        if (IotlbCapacity < 1) throw new ArgumentException($"IotlbCapacity = {IotlbCapacity}: at least 1.");
        if (ContextCacheCapacity < 1) throw new ArgumentException($"ContextCacheCapacity = {ContextCacheCapacity}: at least 1.");
    }

    private static void Compare(string register, ulong recorded, ulong built, (string Name, Bits Bits)[] fields, List<string> differences)
    {
        var different = recorded ^ built;
        foreach (var (name, bits) in fields)
        {
            if (!bits.IsSet(different)) continue;
            different &= ~bits.Mask;
            differences.Add($"{register}.{name} = {bits.Get(recorded)} (the model has {bits.Get(built)})");
        }

        if (different != 0) differences.Add($"{register} bits 0x{different:x}");
    }
}
