using System.Numerics;
using VIommuActors.Simulation;

namespace VIommuActors.Exploration.Internals;

/// <summary>
/// Hash of an execution: per actor, the senders of the messages in the order handled.
/// Equal for schedules that only swap independent steps.
/// </summary>
internal sealed class HistoryHash
{
    private const ulong Odd = 0x9E37_79B9_7F4A_7C15;
    private ulong[] _histories = new ulong[64];
    private ulong _sum;

    public void Clear()
    {
        Array.Clear(_histories);
        _sum = 0;
    }

    public void Add(LaneId lane)
    {
        if (lane.Receiver >= _histories.Length)
        {
            Array.Resize(ref _histories, (int)BitOperations.RoundUpToPowerOf2((uint)lane.Receiver + 1));
        }

        ref ulong history = ref _histories[lane.Receiver];
        ulong longer = Longer(history, lane);
        _sum = _sum - Share(lane.Receiver, history) + Share(lane.Receiver, longer);
        history = longer;
    }

    public ulong Value() => _sum;

    /// <summary>The value that <see cref="Add"/> of this lane would lead to.</summary>
    public ulong After(LaneId lane)
    {
        ulong history = lane.Receiver < _histories.Length ? _histories[lane.Receiver] : 0;
        return _sum - Share(lane.Receiver, history) + Share(lane.Receiver, Longer(history, lane));
    }

    private static ulong Longer(ulong history, LaneId lane) => (BitOperations.RotateLeft(history, 23) ^ Key(lane)) * Odd;

    /// <summary>Two bits of the fault stand below the sender, the rest far above every slot.</summary>
    private static ulong Key(LaneId lane) =>
        ((((ulong)lane.Sender + 1) << 2) | ((ulong)lane.Fault & 3)) ^ ((ulong)lane.Fault >> 2 << 40) ^ (lane.Side ? 1UL << 48 : 0);

    private static ulong Share(int slot, ulong history) =>
        history == 0 ? 0 : Scramble.Bits(history + ((ulong)slot * 0xD1B5_4A32_D192_ED03));
}
