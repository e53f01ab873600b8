using System.Collections.Immutable;
using System.Text;
using VIommuActors.Trace.Timeline;

namespace VIommuActors.Trace.Tests.Timeline;

/// <summary>A history of a few processes that send each other messages, and the files that they would have written.</summary>
internal sealed class History
{
    private readonly List<(int To, int From, long Step, ImmutableArray<(int Process, long Count)> Clock)> _underWay = [];
    private readonly List<(int Process, long Step)> _order = [];
    private readonly List<((int Process, long Step) From, (int Process, long Step) To)> _edges = [];
    private readonly List<Action<TraceWriter>>[] _lines;
    private readonly SortedDictionary<int, long>[] _clocks;
    private readonly long[] _skewNs;
    private readonly long[] _wallNs;

    public History(int processes, ImmutableArray<int> skews)
    {
        _lines = [.. Enumerable.Range(0, processes).Select(_ => new List<Action<TraceWriter>>())];
        _clocks = [.. Enumerable.Range(0, processes).Select(process => new SortedDictionary<int, long> { [process] = 0 })];
        // Clocks begin anywhere, and wall clocks are wrong by anything.
        _skewNs = [.. Enumerable.Range(0, processes).Select(process => 1_000_000L + skews[process % skews.Length])];
        _wallNs = [.. Enumerable.Range(0, processes).Select(process => 1_700_000_000_000_000_000L + skews[(process + 1) % skews.Length])];
    }

    /// <summary>The steps in the order in which they really were.</summary>
    public IReadOnlyList<(int Process, long Step)> Order => _order;

    /// <summary>Sendings and arrivals between processes.</summary>
    public IReadOnlyList<((int Process, long Step) From, (int Process, long Step) To)> Edges => _edges;

    public int Processes => _lines.Length;

    /// <summary>One step, which takes a message if one is there and the draw says so, and sends one if it says so.</summary>
    public void Next(int draw)
    {
        var process = draw % _lines.Length;
        var waiting = _underWay.FindIndex(message => message.To == process);
        var takes = waiting >= 0 && draw / 7 % 4 != 0;
        var clock = _clocks[process];
        var step = ++clock[process];
        var ns = _skewNs[process] + (_order.Count * 10L);
        if (takes)
        {
            var message = _underWay[waiting];
            _underWay.RemoveAt(waiting);
            foreach (var (other, count) in message.Clock.Where(entry => entry.Process != process))
                clock[other] = Math.Max(clock.GetValueOrDefault(other), count);
            var note = new Note(TimelineWords.Arrived, (TimelineWords.Process, message.From), (TimelineWords.Step, message.Step))
            {
                Clock = ClockText.Format(message.Clock),
            };
            _lines[process].Add(writer => writer.Note(step, ns, TimelineWords.ByLink, note));
            _edges.Add(((message.From, message.Step), (process, step)));
        }
        long? cause = !takes && step > 1 && draw % 3 == 0 ? 1 + (draw % (step - 1)) : null;
        _lines[process].Add(writer => writer.Event(
            new TraceStep(step, ns, $"p{process}", null, "hop", new Note("Message"), cause, 1, 0)));
        if (draw % 11 == 0) _lines[process].Add(writer => writer.Note(step, ns, "oracle", new Note("violation", ("revokedAtStep", step))));
        _order.Add((process, step));
        if (draw / 3 % 2 != 0) return;
        var to = (process + 1 + (draw / 13 % (_lines.Length - 1))) % _lines.Length;
        _underWay.Insert(draw % (_underWay.Count + 1), (to, process, step, [.. clock.Select(entry => (entry.Key, entry.Value))]));
    }

    public byte[] FileOf(int process, bool isWhole = true)
    {
        using var stream = new MemoryStream();
        using (var writer = new TraceWriter(stream, Samples.Header))
        {
            writer.Note(0, _skewNs[process], TimelineWords.ByNode, new Note(
                TimelineWords.Half, (TimelineWords.Machine, 3), (TimelineWords.Process, process))
            {
                Run = "r",
                Node = $"node-{process}",
                UnixNs = (ulong)_wallNs[process],
            });
            var lives = new Note(TimelineWords.Lives) { Party = $"p{process}", Node = $"node-{process}" };
            writer.Note(0, _skewNs[process], TimelineWords.ByNode, lives);
            foreach (var line in _lines[process]) line(writer);
            if (isWhole) writer.Note(_lines[process].Count, _skewNs[process], TimelineWords.ByNode, new Note(TimelineWords.Ended));
        }
        return stream.ToArray();
    }

    public HalfTrace Read(int process) => Read(FileOf(process), $"p{process}");

    public static HalfTrace Read(byte[] bytes, string name) => HalfTrace.Read(new MemoryStream(bytes), name);

    public static HalfTrace Read(string text, string name) => Read(Encoding.UTF8.GetBytes(text), name);

    private sealed class Note(string name, params (string Name, long Value)[] numbers) : ITraced
    {
        public string Name => name;

        public string? Run { get; init; }

        public string? Node { get; init; }

        public string? Party { get; init; }

        public string? Clock { get; init; }

        public ulong UnixNs { get; init; }

        public void Describe(ref TraceFields fields)
        {
            if (Run is not null) fields.AddText(TimelineWords.Run, Run);
            if (Party is not null) fields.AddText(TimelineWords.Party, Party);
            foreach (var (key, value) in numbers) fields.AddNumber(key, value);
            if (Node is not null) fields.AddText(TimelineWords.Node, Node);
            if (Clock is not null) fields.AddText(TimelineWords.Clock, Clock);
            if (UnixNs > 0) fields.Add(TimelineWords.UnixNs, UnixNs);
        }
    }
}
