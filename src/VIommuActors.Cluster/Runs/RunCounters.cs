using VIommuActors.Oracle;
using VIommuActors.Wire.Messages;

namespace VIommuActors.Cluster.Runs;

/// <summary>Sums over the halves of a run that live on one node; any thread.</summary>
public sealed class RunCounters
{
    private long _sent, _again, _refused, _misdirected, _messages, _dmas, _done, _invalidations, _stale;
    private int _running, _ended;

    /// <summary>Frames sent for the first time.</summary>
    public long FramesSent => Volatile.Read(ref _sent);

    /// <summary>Frames sent again.</summary>
    public long FramesAgain => Volatile.Read(ref _again);

    /// <summary>Frames of closed sessions, which had no effect.</summary>
    public long FramesRefused => Volatile.Read(ref _refused);

    /// <summary>Frames whose sender or receiver is not on its side of the link.</summary>
    public long FramesMisdirected => Volatile.Read(ref _misdirected);

    /// <summary>Messages that device models sent; those of guests are known when they end.</summary>
    public long Messages => Volatile.Read(ref _messages);

    /// <summary>Halves that live here.</summary>
    public int Running => Volatile.Read(ref _running);

    /// <summary>Machines that ended here.</summary>
    public int VmsEnded => Volatile.Read(ref _ended);

    /// <summary>Requests issued by machines that ended here.</summary>
    public long Dmas => Volatile.Read(ref _dmas);

    /// <summary>Requests that ended, whichever way, of all machines here.</summary>
    public long Done => Volatile.Read(ref _done);

    /// <summary>Invalidations that guests here saw complete.</summary>
    public long Invalidations => Volatile.Read(ref _invalidations);

    /// <summary>Accesses of theirs through a translation that was over.</summary>
    public long Stale => Volatile.Read(ref _stale);

    internal void Sent() => Interlocked.Increment(ref _sent);

    internal void Again() => Interlocked.Increment(ref _again);

    internal void Refused() => Interlocked.Increment(ref _refused);

    internal void Misdirected() => Interlocked.Increment(ref _misdirected);

    internal void Message() => Interlocked.Increment(ref _messages);

    internal void DmaSeen() => Interlocked.Increment(ref _done);

    internal void InvalidationSeen() => Interlocked.Increment(ref _invalidations);

    internal void Began() => Interlocked.Increment(ref _running);

    internal void Left() => Interlocked.Decrement(ref _running);

    internal void Ended(VmFigures figures)
    {
        Interlocked.Decrement(ref _running);
        Interlocked.Increment(ref _ended);
        Interlocked.Add(ref _messages, figures.Messages);
        Interlocked.Add(ref _dmas, figures.Dmas);
        foreach (var (property, count) in Properties.All.Zip(figures.Violations))
            if (property is Property.StaleWrite or Property.StaleRead) Interlocked.Add(ref _stale, count);
    }
}
