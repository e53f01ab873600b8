using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Akka.Actor;
using Akka.Actor.Internal;
using VIommuActors.Actors.Wiring;
using VIommuActors.Blueprints.Remarks;
using VIommuActors.Machine;
using VIommuActors.Oracle;
using VIommuActors.Protocols.Messages;
using VIommuActors.RealTime;
using VIommuActors.Trace;
using VIommuActors.Trace.Timeline;
using VIommuActors.Wire.Messages;

namespace VIommuActors.Cluster.Timeline;

/// <summary>
/// Writes the trace of one half of a machine, and keeps its vector clock. A half that is recorded handles one message at a time: what its
/// trace says is then an order that things were really in, not only one that they began in.
/// </summary>
/// <remarks>
/// A step is a message that a party handles; its cause is the step in which that object was sent. What a dead party is sent, and what
/// supervision does, is no step. Threads of all parties come here.
/// </remarks>
internal sealed class HalfRecorder : IDisposable
{
    /// <summary>Steps of a half that are kept; then the trace says that it has stopped.</summary>
    public const int MostSteps = 200_000;

    private const string Judge = "oracle";

    private readonly Lock _gate = new();
    private readonly ConditionalWeakTable<Message, object> _sendings = [];
    private readonly Action<Exception> _broke;
    private readonly HostClock _clock;
    private readonly Stream _stream;
    private readonly TraceWriter _writer;
    private readonly string _node;
    private readonly int _process;
    private ImmutableArray<string> _names = [];
    private ImmutableArray<ClockEntry> _others = [];
    private long _steps, _current;
    private volatile bool _isOver;

    /// <summary>Begins a trace.</summary>
    /// <param name="stream">Its file; this object's from now on.</param>
    /// <param name="header">First line.</param>
    /// <param name="run">The run's name.</param>
    /// <param name="machine">Number of the machine.</param>
    /// <param name="process">0 the hypervisor half, n the device model of session n.</param>
    /// <param name="node">The node it lives on.</param>
    /// <param name="clock">The node's clock of the run.</param>
    /// <param name="wall">Wall clock, said once.</param>
    /// <param name="broke">Told when the file can no longer be written; the half goes on.</param>
    public HalfRecorder(
        Stream stream, TraceHeader header, string run, int machine, int process, string node, HostClock clock, TimeProvider wall,
        Action<Exception> broke)
    {
        (_stream, _node, _process, _clock, _broke) = (stream, node, process, clock, broke);
        _writer = new TraceWriter(stream, header);
        var unixNs = (ulong)(wall.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;
        _writer.Note(0, clock.NowNs, TimelineWords.ByNode, HalfRemark.Half(run, machine, process, node, unixNs));
    }

    /// <summary>The step under way on this thread; the latest one elsewhere.</summary>
    public long Step => _gate.IsHeldByCurrentThread && _current > 0 ? _current : Volatile.Read(ref _steps);

    /// <summary>Says who lives here; before that nothing is recorded.</summary>
    public void Begin(NodeTable table, Func<NodeId, bool> isHere)
    {
        lock (_gate)
        {
            _names = [.. table.All.Select(table.NameOf)];
            foreach (var party in table.All.Where(isHere))
                _writer.Note(0, _clock.NowNs, TimelineWords.ByNode, HalfRemark.Lives(table.NameOf(party), _node, _process));
            FlushHere();
        }
    }

    /// <summary>A party sends a message, to another or to itself for later.</summary>
    public void Sent(Message message)
    {
        if (_isOver || !_gate.IsHeldByCurrentThread || _current == 0) return;
        _sendings.AddOrUpdate(message, new SentAt(_current, _others));
    }

    /// <summary>Where a message was sent; null when that was outside a recorded step.</summary>
    public SentAt? SendingOf(Message message) => _sendings.TryGetValue(message, out var at) ? at as SentAt : null;

    /// <summary>The clock that a frame carries: that of the step in which its message was sent.</summary>
    public ImmutableArray<ClockEntry> ClockOf(SentAt? sending)
    {
        if (sending is null) return [];
        var at = 0;
        while (at < sending.Others.Length && sending.Others[at].Process < _process) at++;
        return sending.Others.Insert(at, new ClockEntry(_process, sending.Step));
    }

    /// <summary>A frame is about to be given to its party.</summary>
    public void Arrived(Message message, int process, ImmutableArray<ClockEntry> clock)
    {
        if (!_isOver && CameFrom.Of(process, clock) is { } from) _sendings.AddOrUpdate(message, from);
    }

    /// <summary>Lets a party handle a message, as a step.</summary>
    public void Handle(NodeId party, IParty handler, Message message)
    {
        if (_isOver)
        {
            handler.Receive(message);
            return;
        }
        lock (_gate)
        {
            // It may have ended while this thread waited.
            if (!_isOver) Write(() => Begin(party, message));
            try
            {
                handler.Receive(message);
            }
            finally
            {
                _current = 0;
            }
        }
    }

    /// <summary>The judge found a violation.</summary>
    public void Broken(Violation violation) => Remark(new ViolationRemark(violation));

    /// <summary>The guest has started up.</summary>
    public void WorkBegan() => Remark(WorkBeginsRemark.Instance);

    /// <summary>Hands to the host what was recorded, so that it outlives this process.</summary>
    public void Flush()
    {
        lock (_gate) FlushHere();
    }

    /// <summary>Ends the trace.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (!_isOver) Write(() => _writer.Note(_steps, _clock.NowNs, TimelineWords.ByNode, HalfRemark.Ended));
            _isOver = true;
            Write(_writer.Dispose);
            _stream.Dispose();
        }
    }

    private void FlushHere()
    {
        if (!_isOver) Write(_writer.Flush);
    }

    private void Begin(NodeId party, Message message)
    {
        if (_steps == MostSteps || _others.Length + 1 >= ClockText.MostEntries)
        {
            _writer.Note(_steps, _clock.NowNs, TimelineWords.ByNode, HalfRemark.Stopped);
            _writer.Flush();
            _isOver = true;
            return;
        }
        if (_names.IsEmpty) return;
        var (now, sending) = (_clock.NowNs, Find(message));
        _steps++;
        if (sending is CameFrom from)
        {
            _writer.Note(_steps, now, TimelineWords.ByLink, from);
            Merge(from.Clock);
        }
        _writer.Event(new TraceStep(
            _steps, now, NameOf(party), NameOf(message.From), WireNames.Of(message.Wire), message, (sending as SentAt)?.Step, 1, 0));
        _current = _steps;
    }

    private string NameOf(NodeId party) => party.Exists && party.Index < _names.Length ? _names[party.Index] : "outside";

    /// <summary>
    /// A party in a later life gets calls and answers without the number of that life, and so not the object that was sent; that one is
    /// still in the envelope that its actor has in hand.
    /// </summary>
    private object? Find(Message message)
    {
        if (_sendings.TryGetValue(message, out var at)) return at;
        return message is Slotted && (InternalCurrentActorCellKeeper.Current as ActorCell)?.CurrentMessage is Slotted envelope
            && _sendings.TryGetValue(envelope, out at) ? at : null;
    }

    private void Merge(ImmutableArray<ClockEntry> clock)
    {
        foreach (var entry in clock)
        {
            if (entry.Process == _process) continue;
            var at = 0;
            while (at < _others.Length && _others[at].Process < entry.Process) at++;
            if (at == _others.Length || _others[at].Process != entry.Process) _others = _others.Insert(at, entry);
            else if (_others[at].Count < entry.Count) _others = _others.SetItem(at, entry);
        }
    }

    // Only from inside a step: the judge holds a lock of its own, and taking this one behind it could close a circle.
    private void Remark(ITraced remark)
    {
        if (_isOver || !_gate.IsHeldByCurrentThread || _current == 0) return;
        Write(() => _writer.Note(_current, _clock.NowNs, Judge, remark));
    }

    private void Write(Action write)
    {
        try
        {
            write();
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            // A full disk costs the trace, never the run.
            _isOver = true;
            _broke(failed);
        }
    }
}
