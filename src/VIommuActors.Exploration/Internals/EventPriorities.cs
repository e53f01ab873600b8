using System.Numerics;
using VIommuActors.Seeds;
using VIommuActors.Simulation;

namespace VIommuActors.Exploration.Internals;

/// <summary>
/// A random priority for every message that waits first in its lane, and for every fault it may suffer; all for one receiver change
/// when that receiver handles something.
/// </summary>
/// <remarks>
/// A priority is a hash of what it belongs to and of how much the receiver has handled. So nothing is stored or drawn: a lane has a new
/// first message only after its receiver has handled the old one.
/// </remarks>
internal sealed class EventPriorities
{
    private const int SideBit = 0x80; // above every fault
    private uint[] _handled = new uint[64]; // by receiver
    private ulong _key;

    /// <summary>The random bits of a seed.</summary>
    public static ulong KeyOf(ulong seed) => new SeededRandom(SeededRandom.DeriveSeed(seed, "pos")).NextUInt64();

    /// <summary>Begins a schedule.</summary>
    /// <param name="key">Random bits: schedules with the same ones have the same priorities.</param>
    public void Begin(ulong key)
    {
        Array.Clear(_handled);
        _key = key;
    }

    /// <summary>The receiver takes a message: what else waits for it races with that one.</summary>
    public void Delivering(int receiver)
    {
        if (receiver >= _handled.Length)
        {
            Array.Resize(ref _handled, (int)BitOperations.RoundUpToPowerOf2((uint)receiver + 1));
        }

        _handled[receiver]++;
    }

    /// <summary>Priority of what is first in a lane now, its side lane being one of its own, or of a fault of it.</summary>
    public ulong Of(LaneId lane)
    {
        uint handled = lane.Receiver < _handled.Length ? _handled[lane.Receiver] : 0;
        ulong place = ((ulong)(uint)lane.Receiver << 32) | (uint)lane.Sender;
        return Scramble.Bits(Scramble.Bits(place ^ _key) + (((ulong)handled << 8) | (uint)((int)lane.Fault | (lane.Side ? SideBit : 0))));
    }
}
