using VIommuActors.Vtd.Faults;
using VIommuActors.Vtd.Memory;
using VIommuActors.Vtd.Spec;

namespace VIommuActors.Vtd.Translation;

/// <summary>What scalable mode makes of a request.</summary>
/// <param name="Fault"><see cref="FaultReason.None"/> when the access is allowed.</param>
/// <param name="Entry">The translation; only its domain counts with a fault or for pass-through.</param>
/// <param name="PassThrough">The address is used unchanged.</param>
/// <param name="FaultsDisabled">FPD of an entry on the way.</param>
/// <param name="Pasid">The PASID whose entry was used.</param>
/// <param name="IsWalk">The fault lies behind the PASID entry.</param>
internal readonly record struct ScalableFound(
    FaultReason Fault, IotlbEntry Entry, bool PassThrough = false, bool FaultsDisabled = false, int Pasid = 0, bool IsWalk = false);

/// <summary>The tables of scalable mode: root, context, PASID directory, PASID entry, then first-level or second-level tables.</summary>
/// <remarks>
/// VT-d specification §3.4.3 and §3.6. Requests without a PASID use PASID 0, as ECAP.RPS is not offered; QEMU 7.2 uses RID_PASID.
/// Context entries are cached, PASID entries are read anew on every IOTLB miss: a PASID-cache invalidation has nothing to drop here.
/// </remarks>
internal sealed class ScalableRemapping(VtdOptions options, IGuestMemory memory)
{
    private readonly SecondLevelWalker _secondLevel = new(options, memory);
    private readonly FirstLevelWalker _firstLevel = new(options, memory);
    private readonly Cap _cap = Cap.From(options);
    private readonly bool _usesRidPasid = options.Quirks == QemuRelease.Qemu7;

    public ContextCache<ScalableContextEntry> Contexts { get; } = new(options.ContextCacheCapacity);

    public ScalableFound Translate(GuestPhysical root, SourceId source, Iova address, Permission wanted)
    {
        var reason = TryGetContext(root, source, out var context);
        if (reason != FaultReason.None) return Refused(reason, default, context.FaultsDisabled);
        var number = PasidOf(context);
        reason = LoadPasid(context, number, checksPresence: !options.QemuQuirks, out var pasid, out var quiet);
        quiet |= context.FaultsDisabled | pasid.FaultsDisabled;
        if (reason != FaultReason.None) return Refused(reason, default, quiet);
        if (pasid.Translation == PasidTranslation.PassThrough)
            return new ScalableFound(FaultReason.None, new IotlbEntry(default, pasid.Domain, Permission.ReadWrite, 1), PassThrough: true);
        var walked = Walk(pasid, address, wanted);
        return walked.Fault != FaultReason.None
            ? Refused(walked.Fault, pasid.Domain, quiet) with { Pasid = number, IsWalk = true }
            : new ScalableFound(FaultReason.None, walked.Entry with { Domain = pasid.Domain });
    }

    /// <summary>What the way to the PASID entry comes to. With FPD in the context entry nobody asks whether there is one.</summary>
    public ScalableFound FindPasid(GuestPhysical root, SourceId source)
    {
        var reason = TryGetContext(root, source, out var context);
        if (reason != FaultReason.None) return Refused(reason, default, context.FaultsDisabled);
        reason = LoadPasid(context, PasidOf(context), checksPresence: false, out var pasid, out _);
        if (reason != FaultReason.None) return context.FaultsDisabled ? default : Refused(reason, default, quiet: false);
        var isPassThrough = pasid.Translation == PasidTranslation.PassThrough;
        return new ScalableFound(FaultReason.None, new IotlbEntry(default, pasid.Domain, Permission.None, 1), isPassThrough);
    }

    /// <summary>True when the entries in memory say so now, whatever is cached.</summary>
    public bool IsPassThrough(GuestPhysical root, SourceId source) =>
        LoadContext(root, source, out var context) == FaultReason.None
        && LoadPasid(context, PasidOf(context), checksPresence: true, out var pasid, out _) == FaultReason.None
        && pasid.Translation == PasidTranslation.PassThrough;

    /// <summary>DTE of the context entry; false also when there is none.</summary>
    public bool AllowsTranslationRequests(GuestPhysical root, SourceId source) =>
        options.DeviceTlb && TryGetContext(root, source, out var context) == FaultReason.None && context.DeviceTlb;

    private static ScalableFound Refused(FaultReason reason, DomainId domain, bool quiet) =>
        new(reason, new IotlbEntry(default, domain, Permission.None, 1), FaultsDisabled: quiet);

    private Walked Walk(in PasidEntry pasid, Iova address, Permission wanted)
    {
        if (pasid.Translation == PasidTranslation.FirstLevel && options.FirstLevel)
            return _firstLevel.Walk(pasid.FirstLevelRoot, address, wanted);
        var bits = Math.Min(30 + (9 * pasid.AddressWidthCode), options.AddressWidth);
        if (address.Value >> bits != 0) return new Walked(Named(FaultReason.AddressBeyondWidth), default);
        var walked = _secondLevel.Walk(pasid.SecondLevelRoot, pasid.AddressWidthCode + 2, address, wanted);
        return walked with { Fault = Named(walked.Fault) };
    }

    private FaultReason TryGetContext(GuestPhysical root, SourceId source, out ScalableContextEntry context)
    {
        if (Contexts.TryLookup(source, out context)) return FaultReason.None;
        var reason = LoadContext(root, source, out context);
        if (reason != FaultReason.None) return Named(reason);
        if (options.QemuQuirks)
        {
            // QEMU looks at P of a PASID entry when it loads the context entry, and never again.
            reason = LoadPasid(context, PasidOf(context), checksPresence: true, out _, out _);
            if (reason != FaultReason.None) return reason;
        }

        Contexts.Insert(source, context);
        return FaultReason.None;
    }

    private int PasidOf(in ScalableContextEntry context) => _usesRidPasid ? context.RidPasid : 0;

    private FaultReason LoadContext(GuestPhysical root, SourceId source, out ScalableContextEntry context)
    {
        context = default;
        var at = RootEntry.AddressIn(root, source.Bus).Value;
        if (!memory.TryRead64(new GuestPhysical(at), out var low) || !memory.TryRead64(new GuestPhysical(at + 8), out var high))
            return FaultReason.RootUnreadable;
        // Each half of a root entry has the context table of half the bus.
        var half = source.DevFn < 0x80 ? low : high;
        if ((half & 1) == 0) return FaultReason.RootNotPresent;
        var reserved = 0xffeUL | (ulong.MaxValue << options.HostAddressWidth);
        if (((options.QemuQuirks ? low | high : half) & reserved) != 0) return FaultReason.RootReserved;
        at = ScalableContextEntry.AddressIn(new GuestPhysical(half & ~0xfffUL), source.DevFn).Value;
        Span<ulong> words = stackalloc ulong[4];
        for (var i = 0; i < words.Length; i++)
            if (!memory.TryRead64(new GuestPhysical(at + ((ulong)i * 8)), out words[i])) return FaultReason.ContextUnreadable;
        context = new ScalableContextEntry(words[0], words[1], words[2], words[3]);
        if (!context.Present) return FaultReason.ContextNotPresent;
        return context.HasReserved(options.HostAddressWidth) ? FaultReason.ContextReserved : FaultReason.None;
    }

    private FaultReason LoadPasid(
        in ScalableContextEntry context, int number, bool checksPresence, out PasidEntry pasid, out bool quiet)
    {
        (pasid, quiet) = (default, false);
        if (!memory.TryRead64(PasidDirectoryEntry.AddressIn(context.Directory, number), out var raw))
            return Pasid(FaultReason.PasidDirectoryUnreadable);
        var directory = new PasidDirectoryEntry(raw);
        if (!directory.Present) return Pasid(FaultReason.PasidDirectoryNotPresent);
        if (!options.QemuQuirks && directory.HasReserved(options.HostAddressWidth)) return FaultReason.PasidDirectoryReserved;
        quiet = directory.FaultsDisabled;
        var at = PasidEntry.AddressIn(directory.Table, number).Value;
        Span<ulong> words = stackalloc ulong[3];
        for (var i = 0; i < words.Length; i++)
            if (!memory.TryRead64(new GuestPhysical(at + ((ulong)i * 8)), out words[i])) return FaultReason.PasidTableUnreadable;
        pasid = new PasidEntry(words[0], words[1], words[2]);
        return Check(pasid, checksPresence);
    }

    private FaultReason Check(in PasidEntry pasid, bool checksPresence)
    {
        if (options.QemuQuirks)
        {
            // The type is looked at before P, and reserved bits are not.
            if (!IsOffered(pasid)) return Pasid(FaultReason.PasidInvalid);
            return pasid.Present || !checksPresence ? FaultReason.None : Pasid(FaultReason.PasidNotPresent);
        }

        if (!pasid.Present) return FaultReason.PasidNotPresent;
        if (pasid.HasReserved(options.HostAddressWidth)) return FaultReason.PasidReserved;
        return IsOffered(pasid) ? FaultReason.None : FaultReason.PasidInvalid;
    }

    private bool IsOffered(in PasidEntry pasid) => options.Quirks == QemuRelease.Qemu7 ? IsOfferedBySeven(pasid) : pasid.Translation switch
    {
        PasidTranslation.PassThrough => options.PassThrough,
        PasidTranslation.FirstLevel => options.FirstLevel && pasid.FirstLevelMode == 0,
        PasidTranslation.SecondLevel => !options.FirstLevel && _cap.Offers(pasid.AddressWidthCode),
        _ => false,
    };

    // It wants a width from everyone and takes all tables for second-level ones.
    private bool IsOfferedBySeven(in PasidEntry pasid) =>
        pasid.Translation is >= PasidTranslation.FirstLevel and <= PasidTranslation.PassThrough
        && (pasid.Translation != PasidTranslation.PassThrough || options.PassThrough)
        && _cap.Offers(pasid.AddressWidthCode);

    /// <summary>QEMU 7.2 has one reason for everything that is wrong with PASID tables.</summary>
    private FaultReason Pasid(FaultReason reason) => options.Quirks == QemuRelease.Qemu7 ? FaultReason.PasidTableUnreadable : reason;

    /// <summary>The reason's name in scalable mode; QEMU reports those of legacy mode for all that legacy mode has too.</summary>
    private FaultReason Named(FaultReason reason)
    {
        if (options.QemuQuirks) return reason == FaultReason.InterruptRange ? FaultReason.ScalableInterruptRange : reason;
        return reason switch
        {
            FaultReason.RootUnreadable => FaultReason.ScalableRootUnreadable,
            FaultReason.RootNotPresent => FaultReason.ScalableRootNotPresent,
            FaultReason.RootReserved => FaultReason.ScalableRootReserved,
            FaultReason.ContextUnreadable => FaultReason.ScalableContextUnreadable,
            FaultReason.ContextNotPresent => FaultReason.ScalableContextNotPresent,
            FaultReason.ContextReserved => FaultReason.ScalableContextReserved,
            FaultReason.AddressBeyondWidth => FaultReason.ScalableBeyondWidth,
            FaultReason.WriteDenied or FaultReason.ReadDenied => FaultReason.SecondLevelDenied,
            FaultReason.PagingEntryUnreadable => FaultReason.SecondLevelUnreadable,
            FaultReason.PagingReserved => FaultReason.SecondLevelReserved,
            FaultReason.InterruptRange => FaultReason.ScalableInterruptRange,
            _ => reason,
        };
    }
}
