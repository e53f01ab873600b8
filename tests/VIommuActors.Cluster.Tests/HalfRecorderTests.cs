using VIommuActors.Actors.Wiring;
using VIommuActors.Cluster.Timeline;
using VIommuActors.Machine;
using VIommuActors.Protocols.Messages;
using VIommuActors.RealTime;
using VIommuActors.Trace;
using VIommuActors.Trace.Timeline;
using VIommuActors.Wire.Messages;

namespace VIommuActors.Cluster.Tests;

/// <summary>The trace of one half by itself: its clock, its bound, and a file that fails.</summary>
public sealed class HalfRecorderTests
{
    private static readonly TraceHeader Header = new("s", "drain", 1, "0");
    private static readonly NodeId Here = new(0), There = new(1);

    [Fact]
    public void What_arrives_is_known_from_its_step_on_and_goes_with_what_is_sent_then()
    {
        using var stream = new Kept();
        var recorder = Recorder(stream, process: 0);
        var sent = new List<Message>();
        var party = new Party(message =>
        {
            var answer = new Wake(Here, 1);
            recorder.Sent(answer);
            sent.Add(answer);
        });
        recorder.Handle(Here, party, new Wake(There, 1));
        var arrived = new Wake(There, 2);
        recorder.Arrived(arrived, 2, [new ClockEntry(0, 1), new ClockEntry(2, 5), new ClockEntry(3, 4)]);
        Assert.Equal(["0:1"], sent.Select(message => Text(recorder, message)));
        recorder.Handle(Here, party, arrived);
        recorder.Handle(Here, party, sent[0]);
        Assert.Equal(["0:1", "0:2,2:5,3:4", "0:3,2:5,3:4"], sent.Select(message => Text(recorder, message)));
        Assert.Null(recorder.SendingOf(new Wake(There, 3)));
        recorder.Dispose();
        var lines = Lines(stream);
        Assert.Equal([null, null, 1L], lines.OfType<TraceEvent>().Select(step => step.Cause));
        var half = HalfTrace.Read(new MemoryStream(stream.ToArray()), "x");
        Assert.Equal((3, true, false), (half.Count, half.IsWhole, half.IsStopped));
    }

    [Fact]
    public void A_clock_that_makes_no_sense_says_nothing()
    {
        using var stream = new Kept();
        using var recorder = Recorder(stream, process: 0);
        foreach (var clock in (ClockEntry[][])[[], [new(1, 0)], [new(0, 1)], [new(2, 1), new(1, 1)], [new(1, long.MaxValue)], [new(-1, 1)]])
        {
            var message = new Wake(There, 1);
            recorder.Arrived(message, 1, [.. clock]);
            recorder.Handle(Here, new Party(_ => { }), message);
        }
        recorder.Flush();
        Assert.DoesNotContain(Lines(stream).OfType<TraceNote>(), note => note.Name == TimelineWords.Arrived);
    }

    [Fact]
    public void A_trace_has_a_bound_and_says_that_it_was_reached()
    {
        using var stream = new Kept();
        var recorder = Recorder(stream, process: 1);
        var handled = 0;
        var party = new Party(_ => handled++);
        for (var i = 0; i < HalfRecorder.MostSteps + 10; i++) recorder.Handle(Here, party, new Wake(Here, i));
        recorder.Dispose();
        Assert.Equal(HalfRecorder.MostSteps + 10, handled);
        var half = HalfTrace.Read(new MemoryStream(stream.ToArray()), "x");
        Assert.Equal((HalfRecorder.MostSteps, true, false), (half.Count, half.IsStopped, half.IsWhole));
    }

    [Fact]
    public void A_file_that_fails_costs_the_trace_and_nothing_else()
    {
        using var stream = new Kept { Room = 100_000 };
        var (handled, told) = (0, 0);
        var recorder = Recorder(stream, process: 0, () => told++);
        for (var i = 0; i < 5_000; i++) recorder.Handle(Here, new Party(_ => handled++), new Wake(Here, i));
        recorder.Flush();
        recorder.Dispose();
        Assert.Equal(5_000, handled);
        Assert.True(told > 0);
    }

    [Fact]
    public async Task A_half_that_is_recorded_handles_one_message_at_a_time()
    {
        using var stream = new Kept();
        using var recorder = Recorder(stream, process: 0);
        var (inside, most) = (0, 0);
        var party = new Party(_ =>
        {
            most = Math.Max(most, Interlocked.Increment(ref inside));
            Thread.SpinWait(50);
            Interlocked.Decrement(ref inside);
        });
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 500; i++) recorder.Handle(Here, party, new Wake(Here, i));
        })));
        Assert.Equal((1, 2_000L), (most, recorder.Step));
    }

    private static string Text(HalfRecorder recorder, Message message) =>
        string.Join(',', recorder.ClockOf(recorder.SendingOf(message)).Select(entry => $"{entry.Process}:{entry.Count}"));

    private static HalfRecorder Recorder(Stream stream, int process, Action? broke = null)
    {
        var table = new NodeTable();
        table.Add("here");
        table.Add("there");
        var recorder = new HalfRecorder(
            stream, Header, "r", 1, process, "n", new HostClock(), TimeProvider.System, _ => broke?.Invoke());
        recorder.Begin(table, party => party == Here);
        return recorder;
    }

    private static IReadOnlyList<TraceLine> Lines(Kept stream) => new TraceReader(new MemoryStream(stream.ToArray()), "x").ReadToEnd();

    private sealed class Party(Action<Message> handle) : IParty
    {
        public void Receive(Message message) => handle(message);
    }

    /// <summary>Can be read when it is closed, and may be full.</summary>
    private sealed class Kept : MemoryStream
    {
        public long Room { get; init; } = long.MaxValue;

        public override void Write(byte[] buffer, int offset, int count)
        {
            if (Length + count > Room) throw new IOException("no space left");
            base.Write(buffer, offset, count);
        }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            if (Length + buffer.Length > Room) throw new IOException("no space left");
            base.Write(buffer);
        }
    }
}
