using VIommuActors.Guest.Cpu;
using VIommuActors.Guest.Driver;
using VIommuActors.Oracle;
using VIommuActors.Vtd;
using VIommuActors.Vtd.Spec;

namespace VIommuActors.Guest.Replay;

/// <summary>A leaf that a recorded translation showed, as long as no invalidation has covered it.</summary>
internal sealed record LiveLeaf(Iova Iova, ulong Mask, ulong Pte, Grant Grant)
{
    /// <summary>Requests that were given this leaf; those that have ended are looked up for nothing.</summary>
    public List<long> Works { get; } = [];
}

/// <summary>
/// The driver's tables during a replay. Roots stand where the recording has them, entries are the recorded ones; the tables between
/// root and leaf, whose places were not recorded, lie above all recorded RAM.
/// </summary>
internal sealed class ReplayTables(GuestHeap heap, bool deviceTlb, Func<DomainId, DomainKey> keyOf)
{
    private readonly Dictionary<ulong, SecondLevelTable> _tables = [];
    private readonly Dictionary<SourceId, (DomainId Domain, SecondLevelTable? Table)> _contexts = [];
    private readonly SortedDictionary<ushort, SortedDictionary<ulong, LiveLeaf>> _live = [];
    private readonly Dictionary<(ulong Root, byte Bus), GuestPhysical> _contextTables = [];
    private readonly List<(DomainId Domain, LiveLeaf Leaf)> _superseded = [];

    /// <summary>Puts a context entry in place, as the recorded driver had before its unit loaded it.</summary>
    public void SetContext(IGuestCpu cpu, ulong root, SourceId source, ulong low, ulong high)
    {
        if (!_contextTables.TryGetValue((root, source.Bus), out var table))
        {
            _contextTables.Add((root, source.Bus), table = heap.Take());
            var entry = RootEntry.Legacy(table);
            Store(cpu, RootEntry.AddressIn(new GuestPhysical(root), source.Bus), entry.Low, entry.High);
        }
        var context = new ContextEntry(low, high);
        // ATS needs TT=1; nothing else of the recorded entry changes.
        if (deviceTlb && context.Type == TranslationType.Untranslated) low |= (ulong)TranslationType.DeviceTlb << 2;
        Store(cpu, ContextEntry.AddressIn(table, source.DevFn), low, high);
        SecondLevelTable? pages = null;
        if (context.Type is TranslationType.Untranslated or TranslationType.DeviceTlb
            && !_tables.TryGetValue(context.TableRoot.Value, out pages))
        {
            pages = new SecondLevelTable(cpu.Memory, () => heap.Take(), context.Levels, context.TableRoot);
            _tables.Add(context.TableRoot.Value, pages);
        }
        _contexts[source] = (context.Domain, pages);
        cpu.Watch.Attached(cpu.Guest, source, keyOf(context.Domain));
    }

    /// <summary>The domain a device is in; null before its context entry was seen.</summary>
    public DomainId? DomainOf(SourceId source) => _contexts.TryGetValue(source, out var context) ? context.Domain : null;

    /// <summary>Devices of a domain, in the order of their ids.</summary>
    public SourceId[] DevicesOf(DomainId domain) =>
        [.. _contexts.Where(context => context.Value.Domain == domain).Select(context => context.Key).OrderBy(source => source.Value)];

    /// <summary>All devices seen so far, in the order of their ids.</summary>
    public SourceId[] AllDevices() => [.. _contexts.Keys.OrderBy(source => source.Value)];

    /// <summary>Makes sure that a recorded leaf is in the device's tables, and granted. Null when the device has no tables.</summary>
    public LiveLeaf? Ensure(IGuestCpu cpu, SourceId source, Iova iova, ulong mask, ulong pte)
    {
        if (!_contexts.TryGetValue(source, out var context) || context.Table is not { } table) return null;
        var first = new Iova(iova.Value & ~mask);
        var live = LiveOf(context.Domain);
        if (live.TryGetValue(first.Value, out var leaf) && leaf.Mask == mask && leaf.Pte == pte) return leaf;
        table.MapRaw(first, pte, mask switch { 0xfff => 1, 0x1f_ffff => 2, _ => 3 });
        ReadOnlySpan<GuestPhysical> frame = [new GuestPhysical(pte & ReplayScript.AddressBits & ~mask)];
        var grant = cpu.Watch.Granted(keyOf(context.Domain), first, mask, frame, (pte & 1) != 0, (pte & 2) != 0);
        var made = new LiveLeaf(first, mask, pte, grant);
        // Not-present to present, or more rights than before: legal without an invalidation, and the older grant lives on in caches.
        if (live.TryGetValue(first.Value, out var older)) _superseded.Add((context.Domain, older));
        live[first.Value] = made;
        return made;
    }

    /// <summary>The live leaf that translates an address, whatever its size.</summary>
    public LiveLeaf? Find(SourceId source, Iova iova)
    {
        if (!_contexts.TryGetValue(source, out var context)) return null;
        var live = LiveOf(context.Domain);
        ReadOnlySpan<ulong> masks = [0xfff, 0x1f_ffff, 0x3fff_ffff];
        foreach (var mask in masks)
        {
            if (live.TryGetValue(iova.Value & ~mask, out var leaf) && leaf.Mask == mask) return leaf;
        }
        return null;
    }

    /// <summary>Takes out what an invalidation covers: its leaves are to be cleared now and forgotten when it is complete.</summary>
    public List<LiveLeaf> TakeCovered(IReadOnlyCollection<DomainId>? domains, Iova address, ulong pages)
    {
        var covered = new List<LiveLeaf>();
        foreach (var (id, live) in _live)
        {
            if (domains is not null && !domains.Contains(new DomainId(id))) continue;
            var here = new List<LiveLeaf>();
            if (pages >= InvalidationDescriptor.AllPages) here.AddRange(live.Values);
            else Collect(live, address, pages, here);
            foreach (var leaf in here) live.Remove(leaf.Iova.Value);
            covered.AddRange(here);
        }
        for (var i = _superseded.Count - 1; i >= 0; i--)
        {
            var (domain, leaf) = _superseded[i];
            if (domains is not null && !domains.Contains(domain)) continue;
            if (pages < InvalidationDescriptor.AllPages && !Overlaps(leaf, address, pages)) continue;
            covered.Add(leaf);
            _superseded.RemoveAt(i);
        }
        return covered;
    }

    /// <summary>Clears the leaf in every table that has it: tables may be shared between domains' devices.</summary>
    public void Clear(LiveLeaf leaf)
    {
        foreach (var root in _tables.Keys.Order()) _tables[root].Clear(leaf.Iova, leaf.Pte);
    }

    private SortedDictionary<ulong, LiveLeaf> LiveOf(DomainId domain)
    {
        if (!_live.TryGetValue(domain.Value, out var live)) _live.Add(domain.Value, live = []);
        return live;
    }

    private static void Collect(SortedDictionary<ulong, LiveLeaf> live, Iova address, ulong pages, List<LiveLeaf> into)
    {
        // Few pages: look each up under each size. Many: go through what is live.
        if (pages > (ulong)live.Count)
        {
            into.AddRange(live.Values.Where(leaf => Overlaps(leaf, address, pages)));
            return;
        }
        for (var page = 0UL; page < pages; page++)
        {
            var at = address.Value + (page << 12);
            ReadOnlySpan<ulong> masks = [0xfff, 0x1f_ffff, 0x3fff_ffff];
            foreach (var mask in masks)
            {
                if (live.TryGetValue(at & ~mask, out var leaf) && leaf.Mask == mask && !into.Contains(leaf)) into.Add(leaf);
            }
        }
    }

    private static bool Overlaps(LiveLeaf leaf, Iova address, ulong pages) =>
        leaf.Iova.Value < address.Value + (pages << 12) && address.Value <= leaf.Iova.Value + leaf.Mask;

    private static void Store(IGuestCpu cpu, GuestPhysical address, ulong low, ulong high)
    {
        cpu.Memory.TryWrite64(new GuestPhysical(address.Value + 8), high);
        cpu.Memory.TryWrite64(address, low);
    }
}
