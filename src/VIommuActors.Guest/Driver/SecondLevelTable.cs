using VIommuActors.Vtd;
using VIommuActors.Vtd.Memory;
using VIommuActors.Vtd.Spec;
using VIommuActors.Vtd.Translation;

namespace VIommuActors.Guest.Driver;

/// <summary>
/// A domain's paging tables in guest RAM, written with the atomic 64-bit stores that the unit's walk relies on. Several vCPUs may
/// map and clear different addresses at once.
/// </summary>
public sealed class SecondLevelTable
{
    private readonly IGuestMemory _memory;
    private readonly Func<GuestPhysical> _newTable;
    private readonly Lock _growing = new();

    /// <summary>Builds on an existing, zeroed top table, or on a new one.</summary>
    public SecondLevelTable(IGuestMemory memory, Func<GuestPhysical> newTable, int levels, GuestPhysical? root = null)
    {
        _memory = memory;
        _newTable = newTable;
        Levels = levels;
        Root = root ?? NewTable();
    }

    /// <summary>The top table.</summary>
    public GuestPhysical Root { get; }

    /// <summary>3 or 4.</summary>
    public int Levels { get; }

    /// <summary>Maps one page; <paramref name="level"/> 1 is 4 KiB, 2 is 2 MiB, 3 is 1 GiB. Overwrites what was there.</summary>
    public void Map(Iova iova, GuestPhysical page, Permission permission, int level = 1) =>
        MapRaw(iova, SecondLevelEntry.Leaf(page, permission, level).Raw, level);

    /// <summary>Stores a leaf as it is.</summary>
    public void MapRaw(Iova iova, ulong leaf, int level)
    {
        // Two vCPUs that miss the same table must not both put one there: the leaves of the first would be lost.
        lock (_growing) Store(Slot(iova, level), leaf);
    }

    /// <summary>
    /// Clears the leaf that maps <paramref name="iova"/>, whatever its size; only one
    /// with the value <paramref name="only"/>, if given.
    /// </summary>
    public void Clear(Iova iova, ulong? only = null)
    {
        var table = Root;
        for (var level = Levels; level >= 1; level--)
        {
            var address = SecondLevelEntry.AddressIn(table, iova, level);
            var entry = new SecondLevelEntry(Load(address));
            if (entry.Permission == Permission.None) return;
            if (entry.IsLeaf(level))
            {
                if (only is null || only == entry.Raw) Store(address, 0);
                return;
            }
            table = entry.Address(52);
        }
    }

    private GuestPhysical Slot(Iova iova, int leafLevel)
    {
        var table = Root;
        for (var level = Levels; level > leafLevel; level--)
        {
            var address = SecondLevelEntry.AddressIn(table, iova, level);
            var entry = new SecondLevelEntry(Load(address));
            if (entry.Permission == Permission.None || entry.IsLeaf(level))
            {
                // A larger page in the way is replaced by a table: its translations must have been invalidated before.
                entry = SecondLevelEntry.Table(NewTable());
                Store(address, entry.Raw);
            }
            table = entry.Address(52);
        }
        return SecondLevelEntry.AddressIn(table, iova, leafLevel);
    }

    private GuestPhysical NewTable()
    {
        var table = _newTable();
        for (var offset = 0UL; offset < 4096; offset += 8) Store(new GuestPhysical(table.Value + offset), 0);
        return table;
    }

    private ulong Load(GuestPhysical address) =>
        _memory.TryRead64(address, out var value)
            ? value
            : throw new InvalidOperationException($"Paging table outside of RAM at {address}.");

    private void Store(GuestPhysical address, ulong value)
    {
        if (!_memory.TryWrite64(address, value)) throw new InvalidOperationException($"Paging table outside of RAM at {address}.");
    }
}
