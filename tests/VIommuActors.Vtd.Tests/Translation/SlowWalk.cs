using VIommuActors.Vtd.Faults;
using VIommuActors.Vtd.Translation;

namespace VIommuActors.Vtd.Tests.Translation;

/// <summary>
/// The second-level walk written a second time, slowly, from the specification's text and with nothing shared: entries are looked at
/// bit by bit, tables come from a dictionary.
/// </summary>
internal static class SlowWalk
{
    internal sealed record Result(FaultReason Fault, ulong Address = 0, int PageBits = 0, bool Reads = false, bool Writes = false);

    public static Result Run(
        Func<ulong, ulong?> read, ulong root, int levels, ulong iova, bool wantsRead, bool wantsWrite, int haw, bool snoop, bool transient)
    {
        var table = root;
        bool reads = true, writes = true;
        for (var level = levels; level >= 1; level--)
        {
            var lowest = 12 + 9 * (level - 1);
            ulong index = 0;
            for (var bit = 0; bit < 9; bit++) index |= Bit(iova, lowest + bit) ? 1UL << bit : 0;
            if (read(table + index * 8) is not { } entry) return new(FaultReason.PagingEntryUnreadable);
            if (wantsWrite && !Bit(entry, 1)) return new(FaultReason.WriteDenied);
            if (wantsRead && !Bit(entry, 0)) return new(FaultReason.ReadDenied);
            reads &= Bit(entry, 0);
            writes &= Bit(entry, 1);
            var leaf = level == 1 || (level is 2 or 3 && Bit(entry, 7));
            for (var bit = 0; bit < 64; bit++)
            {
                if (!Bit(entry, bit)) continue;
                var reserved = bit switch
                {
                    7 => level >= 4,
                    11 => !(leaf && snoop),
                    62 => !(leaf && transient),
                    >= 12 and < 52 => bit >= haw || (leaf && bit < lowest),
                    _ => false,
                };
                if (reserved) return new(FaultReason.PagingReserved);
            }

            ulong address = 0;
            for (var bit = 12; bit < haw; bit++) address |= Bit(entry, bit) ? 1UL << bit : 0;
            if (!leaf)
            {
                table = address;
                continue;
            }

            var size = 1UL << lowest;
            for (var frame = 0xfee00000UL; frame < 0xfef00000UL; frame += 0x1000)
                if (frame >= address && frame < address + size) return new(FaultReason.InterruptRange);
            return new(FaultReason.None, address + iova % size, lowest, reads, writes);
        }

        throw new InvalidOperationException("A walk ends at level 1.");
    }

    private static bool Bit(ulong value, int bit) => (value / (1UL << bit)) % 2 == 1;
}
