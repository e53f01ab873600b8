using VIommuActors.Vtd.Faults;
using VIommuActors.Vtd.Memory;
using VIommuActors.Vtd.Spec;

namespace VIommuActors.Vtd.Translation;

/// <summary>The path of a DMA request: interrupt range, IOTLB, context cache, tables; fills the caches and records the fault.</summary>
/// <remarks>VT-d specification §3.4 to §3.7 and §3.14; the order of the checks is QEMU's, which software can observe.</remarks>
internal sealed class DmaRemapping(VtdOptions options, IGuestMemory memory, FaultLog faults, HostPort host)
{
    private const byte Untranslated = 0, TranslationRequest = 1;

    private readonly SecondLevelWalker _walker = new(options, memory);
    private readonly ScalableRemapping? _scalable = options.ScalableMode ? new(options, memory) : null;
    private readonly Cap _cap = Cap.From(options);
    private readonly bool _dropsWeakHits = options.QemuQuirks;
    private readonly int _noPasid = options.Quirks == QemuRelease.Qemu7 ? 0xffff : 0; // what it records for a request without one
    // Devices that QEMU lets past the unit until it looks at their context entries again.
    private readonly HashSet<SourceId>? _past = options.QemuQuirks ? [] : null;
    private long _hits, _misses, _walks, _contextHits, _contextMisses;

    public Iotlb Iotlb { get; } = new(options.IotlbCapacity);

    private readonly ContextCache<ContextEntry> _contexts = new(options.ContextCacheCapacity);

    /// <summary>What GCMD.TE last asked for; requests follow it at once, GSTS.TES may lag.</summary>
    public bool Enabled { get; set; }

    /// <summary>RTADDR as latched by SRTP, within the host's address width.</summary>
    public Rtaddr Root { get; set; }

    private bool IsScalable => _scalable is not null && (options.QemuQuirks ? (Root.Mode & 1) != 0 : Root.Mode == 1);

    public VtdCounters Counters => new(_hits, _misses, _walks, Iotlb.Count, Iotlb.Evictions, _contextHits, _contextMisses);

    public Translated Translate(SourceId source, Iova address, Permission wanted)
    {
        if (!Enabled || (_past is not null && _past.Contains(source))) return Identity(address, default);
        if (wanted == Permission.None) wanted = Permission.Read; // CAP.ZLR = 0: a zero-length read is a read
        if (InterruptRange.Contains(address.Value)) return ToInterruptRange(source, address, wanted);
        if (IsScalable && options.QemuQuirks && BeforeCache(source, address, wanted) is { } early) return early;
        if (Iotlb.TryLookup(source, address, out var cached))
        {
            if ((cached.Allowed & wanted) == wanted) return Hit(address, cached);
            if (_dropsWeakHits) return Hit(address, cached) with { Silent = true };
        }

        return Miss(source, address, wanted);
    }

    private Translated Miss(SourceId source, Iova address, Permission wanted)
    {
        _misses++;
        if (IsScalable) return Scalable(source, address, wanted, Untranslated);
        var reason = TryGetContext(source, out var context);
        if (reason != FaultReason.None) return Fault(reason, context, source, address, wanted, Untranslated);
        return context.Type == TranslationType.PassThrough
            ? PassThrough(source, address, context.Domain)
            : Walk(context, source, address, wanted, Untranslated);
    }

    public Translated TranslateForDevice(SourceId source, Iova address, Permission wanted)
    {
        if (!Enabled) return Identity(address, default);
        if (wanted == Permission.None) wanted = Permission.Read;
        if (IsScalable) return ScalableForDevice(source, address, wanted);
        var reason = TryGetContext(source, out var context);
        if (reason == FaultReason.None && (context.Type != TranslationType.DeviceTlb || !options.DeviceTlb))
            reason = FaultReason.TranslatedBlocked;
        if (reason != FaultReason.None) return Fault(reason, context, source, address, wanted, TranslationRequest);
        if (InterruptRange.Contains(address.Value))
            return Fault(Denied(wanted), context, source, address, wanted, TranslationRequest);
        if (Iotlb.TryLookup(source, address, out var cached) && (cached.Allowed & wanted) == wanted) return Hit(address, cached);
        _misses++;
        return Walk(context, source, address, wanted, TranslationRequest);
    }

    public void Reset()
    {
        Enabled = false;
        Root = default;
        Iotlb.InvalidateAll();
        InvalidateContexts();
    }

    public void InvalidateContexts()
    {
        _contexts.InvalidateAll();
        _scalable?.Contexts.InvalidateAll();
        if (_past is null) return;
        _past.Clear();
        host.VisitSources(LetPast);
    }

    public void InvalidateContext(SourceId source, byte functionMask)
    {
        _contexts.InvalidateDevice(source, functionMask);
        _scalable?.Contexts.InvalidateDevice(source, functionMask);
        if (_past is null) return;
        host.VisitSources(other =>
        {
            if (!ContextCache<ContextEntry>.Covers(other, source, functionMask)) return;
            _past.Remove(other);
            LetPast(other);
        });
    }

    private void LetPast(SourceId source)
    {
        if (!Enabled) return;
        var isPassThrough = IsScalable
            ? _scalable!.IsPassThrough(Root.Table, source)
            : LoadContext(source, out var context) == FaultReason.None && context.Type == TranslationType.PassThrough;
        if (isPassThrough) _past!.Add(source);
    }

    private Translated PassThrough(SourceId source, Iova address, DomainId domain)
    {
        if (_past is not null) LetPast(source);
        return Identity(address, domain);
    }

    private static Translated Identity(Iova address, DomainId domain) =>
        new(FaultReason.None, new GuestPhysical(address.Value), 0xfff, Permission.ReadWrite, domain, Hit: false);

    private static FaultReason Denied(Permission wanted) =>
        (wanted & Permission.Write) != 0 ? FaultReason.WriteDenied : FaultReason.ReadDenied;

    private Translated Hit(Iova address, in IotlbEntry entry)
    {
        _hits++;
        return Answer(address, entry, hit: true);
    }

    private static Translated Answer(Iova address, in IotlbEntry entry, bool hit) => new(
        FaultReason.None, new GuestPhysical(entry.Page.Value | (address.Value & entry.Mask)), entry.Mask, entry.Allowed, entry.Domain, hit);

    private Translated ToInterruptRange(SourceId source, Iova address, Permission wanted) =>
        // A write is an interrupt request and never remapped as DMA. There is nothing to read; QEMU reads it as zeros.
        wanted == Permission.Write || options.QemuQuirks
            ? Identity(address, default) with { Allowed = wanted }
            : Fault(FaultReason.ReadDenied, default, source, address, wanted, Untranslated);

    private Translated Walk(in ContextEntry context, SourceId source, Iova address, Permission wanted, byte addressType)
    {
        var bits = Math.Min(context.AddressBits, options.AddressWidth);
        if (address.Value >> bits != 0)
            return Fault(FaultReason.AddressBeyondWidth, context, source, address, wanted, addressType, _noPasid);
        _walks++;
        var walked = _walker.Walk(context.TableRoot, context.Levels, address, wanted);
        if (walked.Fault != FaultReason.None) return Fault(walked.Fault, context, source, address, wanted, addressType, _noPasid);
        var entry = walked.Entry with { Domain = context.Domain };
        Iotlb.Insert(source, address, entry);
        return Answer(address, entry, hit: false);
    }

    private Translated ScalableForDevice(SourceId source, Iova address, Permission wanted)
    {
        if (!_scalable!.AllowsTranslationRequests(Root.Table, source))
        {
            var reason = options.QemuQuirks ? FaultReason.TranslatedBlocked : FaultReason.ScalableTranslatedBlocked;
            return Fault(reason, default, source, address, wanted, TranslationRequest);
        }

        if (Iotlb.TryLookup(source, address, out var cached) && (cached.Allowed & wanted) == wanted) return Hit(address, cached);
        _misses++;
        return Scalable(source, address, wanted, TranslationRequest);
    }

    /// <summary>QEMU reads the PASID entry of every request before it looks into its IOTLB; null when that goes on.</summary>
    private Translated? BeforeCache(SourceId source, Iova address, Permission wanted)
    {
        var found = _scalable!.FindPasid(Root.Table, source);
        if (found.PassThrough) return PassThrough(source, address, found.Entry.Domain);
        return found.Fault == FaultReason.None ? null : Refuse(found, source, address, wanted, Untranslated);
    }

    private Translated Scalable(SourceId source, Iova address, Permission wanted, byte addressType)
    {
        var found = _scalable!.Translate(Root.Table, source, address, wanted);
        if (found.Fault != FaultReason.None) return Refuse(found, source, address, wanted, addressType);
        if (found.PassThrough) return PassThrough(source, address, found.Entry.Domain);
        _walks++;
        Iotlb.Insert(source, address, found.Entry);
        return Answer(address, found.Entry, hit: false);
    }

    private Translated Refuse(in ScalableFound found, SourceId source, Iova address, Permission wanted, byte addressType) =>
        // QEMU takes the PASID that stands for none as one that the request had.
        Refuse(
            found.Fault, found.FaultsDisabled, found.Entry.Domain, source, address, wanted, addressType, found.Pasid,
            hasPasid: found.IsWalk && options.QemuQuirks);

    private FaultReason TryGetContext(SourceId source, out ContextEntry context)
    {
        if (_contexts.TryLookup(source, out context))
        {
            _contextHits++;
            return FaultReason.None;
        }

        _contextMisses++;
        var reason = LoadContext(source, out context);
        if (reason == FaultReason.None) _contexts.Insert(source, context);
        return reason;
    }

    private FaultReason LoadContext(SourceId source, out ContextEntry context)
    {
        context = default;
        if (!options.QemuQuirks && Root.Mode != 0) return FaultReason.TableModeInvalid;
        if (!TryReadPair(RootEntry.AddressIn(Root.Table, source.Bus), out var low, out var high)) return FaultReason.RootUnreadable;
        var root = new RootEntry(low, high);
        if (!root.Present) return FaultReason.RootNotPresent;
        if (root.HasReserved(options.HostAddressWidth)) return FaultReason.RootReserved;
        if (!TryReadPair(ContextEntry.AddressIn(root.ContextTable, source.DevFn), out low, out high)) return FaultReason.ContextUnreadable;
        context = new ContextEntry(low, high);
        if (!context.Present) return FaultReason.ContextNotPresent;
        if (context.HasReserved(options.HostAddressWidth)) return FaultReason.ContextReserved;
        var typeOffered = context.Type switch
        {
            TranslationType.Untranslated => true,
            TranslationType.DeviceTlb => options.DeviceTlb,
            TranslationType.PassThrough => options.PassThrough,
            _ => false,
        };
        return _cap.Offers(context.AddressWidthCode) && typeOffered ? FaultReason.None : FaultReason.ContextInvalid;
    }

    private bool TryReadPair(GuestPhysical address, out ulong low, out ulong high)
    {
        high = 0;
        return memory.TryRead64(address, out low) && memory.TryRead64(new GuestPhysical(address.Value + 8), out high);
    }

    private Translated Fault(
        FaultReason reason, in ContextEntry context, SourceId source, Iova address, Permission wanted, byte addressType, int pasid = 0) =>
        Refuse(reason, context.FaultsDisabled, context.Domain, source, address, wanted, addressType, pasid, hasPasid: false);

    private Translated Refuse(
        FaultReason reason, bool faultsDisabled, DomainId domain, SourceId source, Iova address, Permission wanted, byte addressType,
        int pasid, bool hasPasid)
    {
        if (!IsAnswer(reason, addressType) && !(faultsDisabled && IsQualified(reason)))
            faults.Record(source, address, reason, wanted, addressType, pasid, hasPasid);
        return new Translated(reason, default, 0, Permission.None, domain, Hit: false);
    }

    /// <summary>To a translation request "no access" is an answer (R = W = 0), not an error that anyone records.</summary>
    private static bool IsAnswer(FaultReason reason, byte addressType) => addressType == TranslationRequest && reason is
        FaultReason.AddressBeyondWidth or FaultReason.WriteDenied or FaultReason.ReadDenied or FaultReason.SecondLevelDenied
        or FaultReason.ScalableBeyondWidth or FaultReason.FirstLevelNotPresent or FaultReason.FirstLevelWriteDenied;

    /// <summary>True for reasons that FPD suppresses: the entry that holds the bit was read and is not malformed.</summary>
    private static bool IsQualified(FaultReason reason) => reason is not (
        FaultReason.RootNotPresent or FaultReason.RootUnreadable or FaultReason.ContextUnreadable
        or FaultReason.RootReserved or FaultReason.ContextReserved or FaultReason.TableModeInvalid
        or FaultReason.ScalableRootUnreadable or FaultReason.ScalableRootNotPresent or FaultReason.ScalableRootReserved
        or FaultReason.ScalableContextUnreadable or FaultReason.ScalableContextReserved
        or FaultReason.PasidDirectoryUnreadable or FaultReason.PasidTableUnreadable);
}
