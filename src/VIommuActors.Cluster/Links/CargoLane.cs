using System.Collections.Immutable;
using VIommuActors.Wire;
using VIommuActors.Wire.Messages;

namespace VIommuActors.Cluster.Links;

/// <summary>
/// What waits for its way to one other node. A full load goes at once; one that is not full goes when the last cargo has been taken over
/// there, so that the more there is to do, the more goes together, and nothing waits for a clock.
/// </summary>
/// <remarks>
/// Nagle's algorithm (RFC 896) with frames for bytes. It is acknowledged at once, so that nothing waits longer than the way there and back.
/// A plain object: it sends nothing and knows no clock. Not thread-safe.
/// </remarks>
public sealed class CargoLane
{
    private readonly ImmutableArray<CargoPart>.Builder _parts = ImmutableArray.CreateBuilder<CargoPart>();
    private long _sent, _taken, _sentAtTick;
    private int _frames;

    /// <summary>True when nothing waits and nothing is on its way.</summary>
    public bool IsIdle => _frames == 0 && !IsWaiting;

    /// <summary>True while a cargo is on its way that has not been taken.</summary>
    public bool IsWaiting => _sent > _taken;

    /// <summary>One more part.</summary>
    /// <returns>The cargo that goes at once, without that part: there was no room for it; null when there was.</returns>
    public LinkCargo? Add(CargoPart part)
    {
        var full = _frames + part.Frames.Length > WireLimits.CargoFrames ? Take() : null;
        _parts.Add(part);
        _frames += part.Frames.Length;
        return full;
    }

    /// <summary>The cargo that may go now; null when there is nothing, or it has to wait.</summary>
    public LinkCargo? Depart() => _frames == 0 || (IsWaiting && _frames < WireLimits.CargoFrames) ? null : Take();

    /// <summary>A cargo has been taken, and so have those before it. A number that was never sent says nothing.</summary>
    public void Taken(long number)
    {
        if (number <= _sent) _taken = Math.Max(_taken, number);
    }

    /// <summary>
    /// Time has passed: what was on its way when this was last called, and still is, is taken for lost. Whatever was in it is sent again
    /// by its links.
    /// </summary>
    public void Tick()
    {
        _taken = Math.Max(_taken, _sentAtTick);
        _sentAtTick = _sent;
    }

    private LinkCargo Take()
    {
        var cargo = new LinkCargo(++_sent, _parts.DrainToImmutable());
        _frames = 0;
        return cargo;
    }
}
