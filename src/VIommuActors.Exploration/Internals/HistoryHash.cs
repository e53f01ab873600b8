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

    public void Clear() => Array.Clear(_histories);

    public void Add(LaneId lane)
    {
        if (lane.Receiver >= _histories.Length)
        {
            Array.Resize(ref _histories, (int)BitOperations.RoundUpToPowerOf2((uint)lane.Receiver + 1));
        }

        ref ulong history = ref _histories[lane.Receiver];
        history = (BitOperations.RotateLeft(history, 23) ^ Key(lane)) * Odd;
    }

    public ulong Value()
    {
        ulong sum = 0;
        for (int slot = 0; slot < _histories.Length; slot++)
        {
            if (_histories[slot] != 0)
            {
                ulong z = _histories[slot] + ((ulong)slot * 0xD1B5_4A32_D192_ED03);
                z = (z ^ (z >> 30)) * 0xBF58_476D_1CE4_E5B9;
                z = (z ^ (z >> 27)) * 0x94D0_49BB_1331_11EB;
                sum += z ^ (z >> 31);
            }
        }

        return sum;
    }

    /// <summary>Two bits of the fault stand below the sender, the rest far above every slot.</summary>
    private static ulong Key(LaneId lane) =>
        ((((ulong)lane.Sender + 1) << 2) | ((ulong)lane.Fault & 3)) ^ ((ulong)lane.Fault >> 2 << 40) ^ (lane.Side ? 1UL << 48 : 0);
}
