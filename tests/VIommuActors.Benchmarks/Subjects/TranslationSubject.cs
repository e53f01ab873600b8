using System.Runtime.CompilerServices;
using VIommuActors.Vtd;
using VIommuActors.Vtd.Invalidation;
using VIommuActors.Vtd.Memory;
using VIommuActors.Vtd.Spec;
using VIommuActors.Vtd.Translation;

namespace VIommuActors.Benchmarks.Subjects;

/// <summary>A unit whose four-level tables map a run of pages for a few devices, and the plain data structures it is compared with.</summary>
/// <remarks>Every pass visits the same pages in the same scattered order, so that both sides of a comparison touch memory alike.</remarks>
public sealed class TranslationSubject : IVtdHost
{
    private const ulong Ram = 64UL << 20, Root = 0x10_0000, Contexts = 0x10_1000, Top = 0x10_2000, Tables = 0x10_3000, Pages = 0x100_0000;
    private const ulong FirstIova = 0x1234_5600_0000;
    private const int DevicesUsed = 4;

    private readonly GuestRam _ram = new(Ram);
    private readonly VtdUnit _unit;
    private readonly SourceId[] _sources;
    private readonly Iova[] _addresses;
    private readonly Dictionary<PageKey, IotlbEntry> _plain;
    private readonly Dictionary<ulong, IotlbEntry> _packed;
    private ulong _nextTable = Tables;

    /// <summary>Maps <paramref name="pages"/> pages (a power of two) on a unit whose IOTLB holds 1024 translations.</summary>
    public TranslationSubject(int pages)
    {
        _unit = new VtdUnit(new VtdOptions { IotlbCapacity = 1024 }, _ram, this);
        _sources = new SourceId[pages];
        _addresses = new Iova[pages];
        for (var i = 0; i < pages; i++)
        {
            // Odd, so it visits every page once; large, so neighbours in time are not neighbours in memory.
            var page = (i * 421) & (pages - 1);
            _sources[i] = new SourceId((ushort)((3 + (page % DevicesUsed)) << 3));
            _addresses[i] = new Iova(FirstIova + ((ulong)page << 12) + 0x567);
        }

        BuildTables(pages);
        _unit.Write(RegisterOffset.Rtaddr, 8, Root);
        _unit.Write(RegisterOffset.Gcmd, 4, (ulong)Gcmd.SetRootTable);
        _unit.Write(RegisterOffset.Gcmd, 4, (ulong)Gcmd.Translation);

        (_plain, _packed) = (new(pages), new(pages));
        for (var i = 0; i < pages; i++)
        {
            var translated = _unit.Translate(_sources[i], _addresses[i], Permission.Write);
            if (!translated.Ok) throw new InvalidOperationException($"Page {i} does not translate: {translated.Fault}.");
            var entry = new IotlbEntry(new GuestPhysical(translated.Address.Value & ~0xfffUL), translated.Domain, translated.Allowed, 1);
            _plain.Add(new PageKey(_sources[i], _addresses[i].Page), entry);
            _packed.Add(Packed(_sources[i], _addresses[i]), entry);
        }
    }

    /// <summary>Pages of one pass.</summary>
    public int Count => _addresses.Length;

    /// <summary>What the unit's caches did so far.</summary>
    public VtdCounters Counters => _unit.Counters;

    /// <summary>One translation per page; the sum of the addresses, so that nothing can be left out.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public ulong Translate()
    {
        var sum = 0UL;
        for (var i = 0; i < _addresses.Length; i++) sum += _unit.Translate(_sources[i], _addresses[i], Permission.Write).Address.Value;
        return sum;
    }

    /// <summary>The same by a dictionary under (requester, page).</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public ulong LookUp()
    {
        var sum = 0UL;
        for (var i = 0; i < _addresses.Length; i++)
        {
            if (_plain.TryGetValue(new PageKey(_sources[i], _addresses[i].Page), out var entry))
                sum += entry.Page.Value | (_addresses[i].Value & 0xfff);
        }

        return sum;
    }

    /// <summary>The same by a dictionary under one 64-bit number that holds requester and page: the fastest a dictionary gets.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public ulong LookUpPacked()
    {
        var sum = 0UL;
        for (var i = 0; i < _addresses.Length; i++)
        {
            if (_packed.TryGetValue(Packed(_sources[i], _addresses[i]), out var entry))
                sum += entry.Page.Value | (_addresses[i].Value & 0xfff);
        }

        return sum;
    }

    /// <summary>Four dependent reads per page: the loads of a walk over the same tables, and nothing else of it.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public ulong ReadFour()
    {
        var sum = 0UL;
        foreach (var address in _addresses)
        {
            var at = Top;
            for (var shift = 39; shift >= 12; shift -= 9)
            {
                _ram.TryRead64(new GuestPhysical(at + (((address.Value >> shift) & 511) * 8)), out var entry);
                at = entry & ~0xfffUL;
            }

            sum += at | (address.Value & 0xfff);
        }

        return sum;
    }

    bool IVtdHost.Flushed(in Invalidation invalidation) => true;

    void IVtdHost.SendMessage(GuestPhysical address, uint data)
    {
    }

    void IVtdHost.DescriptorFetched(ulong low, ulong high)
    {
    }

    void IVtdHost.StatusWritten(GuestPhysical address, uint data)
    {
    }

    private static ulong Packed(SourceId source, Iova address) => (address.Value >> 12) | ((ulong)source.Value << 36);

    private void BuildTables(int pages)
    {
        Store(RootEntry.AddressIn(new(Root), 0), RootEntry.Legacy(new(Contexts)).Low);
        var context = ContextEntry.Legacy(new(Top), 4, new DomainId(7));
        for (var device = 0; device < DevicesUsed; device++)
        {
            var at = ContextEntry.AddressIn(new(Contexts), (byte)((3 + device) << 3));
            Store(at, context.Low);
            Store(new(at.Value + 8), context.High);
        }

        for (var page = 0; page < pages; page++)
        {
            var iova = new Iova(FirstIova + ((ulong)page << 12));
            var table = new GuestPhysical(Top);
            for (var level = 4; level > 1; level--) table = Below(SecondLevelEntry.AddressIn(table, iova, level));
            var leaf = SecondLevelEntry.Leaf(new(Pages + ((ulong)page << 12)), Permission.ReadWrite);
            Store(SecondLevelEntry.AddressIn(table, iova, 1), leaf.Raw);
        }
    }

    private GuestPhysical Below(GuestPhysical slot)
    {
        if (_ram.Read64(slot) == 0)
        {
            Store(slot, SecondLevelEntry.Table(new(_nextTable)).Raw);
            _nextTable += 0x1000;
        }

        return new SecondLevelEntry(_ram.Read64(slot)).Address(48);
    }

    private void Store(GuestPhysical at, ulong value) => _ram.Write64(at, value);

    private readonly record struct PageKey(SourceId Source, Iova Page);
}
