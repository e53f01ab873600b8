using System.Numerics;

namespace VIommuActors.Simulation.Internals;

/// <summary>How many lanes each receiver slot could deliver from, and the k-th of all of them.</summary>
/// <remarks>
/// Three levels of 64: slots, blocks, groups. Finding walks only the non-empty entries of one group, one block; updating is three
/// additions. With fewer than 4,096 slots there is a single group.
/// </remarks>
internal sealed class ReadySet
{
    private int[] _counts = new int[64];
    private int[] _blockSums = new int[1];
    private ulong[] _slotBits = new ulong[1];
    private int[] _groupSums = new int[1];
    private ulong[] _blockBits = new ulong[1];

    /// <summary>Enabled lanes of all receivers.</summary>
    public int Total { get; private set; }

    public void Add(int slot, int delta)
    {
        if (slot >= _counts.Length)
        {
            Grow(slot);
        }

        Total += delta;
        int block = slot >> 6;
        int group = slot >> 12;
        _groupSums[group] += delta;
        if ((_counts[slot] += delta) == 0)
        {
            _slotBits[block] &= ~(1UL << (slot & 63));
        }
        else
        {
            _slotBits[block] |= 1UL << (slot & 63);
        }

        if ((_blockSums[block] += delta) == 0)
        {
            _blockBits[group] &= ~(1UL << (block & 63));
        }
        else
        {
            _blockBits[group] |= 1UL << (block & 63);
        }
    }

    /// <summary>The receiver of the k-th enabled lane; <paramref name="k"/> becomes the position among that receiver's own.</summary>
    public int Find(ref int k)
    {
        int group = 0;
        while (k >= _groupSums[group])
        {
            k -= _groupSums[group++];
        }

        int block = Descend(_blockBits[group], _blockSums, group << 6, ref k);
        return Descend(_slotBits[block], _counts, block << 6, ref k);
    }

    /// <summary>The next slot at or after <paramref name="from"/> with an enabled lane, or -1.</summary>
    public int NextReceiver(int from)
    {
        for (int block = from >> 6; block < _slotBits.Length; block++)
        {
            ulong bits = _slotBits[block];
            if (block == from >> 6)
            {
                bits &= ~0UL << (from & 63);
            }

            if (bits != 0)
            {
                return (block << 6) + BitOperations.TrailingZeroCount(bits);
            }
        }

        return -1;
    }

    private static int Descend(ulong bits, int[] sums, int first, ref int k)
    {
        while (true)
        {
            int at = first + BitOperations.TrailingZeroCount(bits);
            if (k < sums[at])
            {
                return at;
            }

            k -= sums[at];
            bits &= bits - 1;
        }
    }

    private void Grow(int slot)
    {
        int slots = (int)BitOperations.RoundUpToPowerOf2((uint)slot + 1);
        Array.Resize(ref _counts, slots);
        Array.Resize(ref _blockSums, slots >> 6);
        Array.Resize(ref _slotBits, slots >> 6);
        Array.Resize(ref _groupSums, (slots + 4095) >> 12);
        Array.Resize(ref _blockBits, (slots + 4095) >> 12);
    }
}
