namespace VIommuActors.Trace.Charts;

/// <summary>
/// The order that a run could not have changed: an event comes after the one that sent its message, and after what its receiver handled
/// before it.
/// </summary>
internal sealed class HappensBefore
{
    private readonly ChartTrace _trace;
    private readonly int[] _previous;

    public HappensBefore(ChartTrace trace)
    {
        _trace = trace;
        _previous = new int[trace.Events.Count];
        var last = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < _previous.Length; i++)
        {
            var to = trace.Events[i].To;
            _previous[i] = last.TryGetValue(to, out var before) ? before : -1;
            if (!trace.IsUnhandled(i))
            {
                last[to] = i;
            }
        }
    }

    /// <summary>What the receiver of an event handled before it; null for its first.</summary>
    public int? PreviousAtReceiver(int index) => _previous[index] >= 0 ? _previous[index] : null;

    /// <summary>True when an event comes before the sending of another: what the other one was sent for could know of it.</summary>
    public bool ReachesSendingOf(int earlier, int later) => _trace.CauseOf(later) is { } sent && Path(earlier, sent).Count > 0;

    /// <summary>An event and all that comes before it, back to a first one.</summary>
    /// <param name="later">The event; null for none, of which nothing comes before.</param>
    /// <param name="first">Index of the first event of interest.</param>
    public HashSet<int> Before(int? later, int first)
    {
        var found = new HashSet<int>();
        var stack = new Stack<int>();
        Visit(later);
        while (stack.TryPop(out var at))
        {
            Visit(_trace.CauseOf(at));
            Visit(PreviousAtReceiver(at));
        }

        return found;

        void Visit(int? index)
        {
            if (index is { } one && one >= first && found.Add(one))
            {
                stack.Push(one);
            }
        }
    }

    /// <summary>A shortest path from an event to a later one, both included; empty when they are not ordered.</summary>
    public IReadOnlyList<int> Path(int earlier, int later)
    {
        if (earlier > later)
        {
            return [];
        }

        // Backwards and breadth first: an event has two predecessors at most, and none before the earlier event is of interest.
        var next = new Dictionary<int, int> { [later] = later };
        var queue = new Queue<int>([later]);
        while (queue.TryDequeue(out var at))
        {
            if (at == earlier)
            {
                return Follow(next, earlier, later);
            }

            Visit(_trace.CauseOf(at));
            Visit(PreviousAtReceiver(at));

            void Visit(int? before)
            {
                if (before is { } index && index >= earlier && next.TryAdd(index, at))
                {
                    queue.Enqueue(index);
                }
            }
        }

        return [];
    }

    private static List<int> Follow(Dictionary<int, int> next, int from, int to)
    {
        List<int> path = [from];
        while (path[^1] != to)
        {
            path.Add(next[path[^1]]);
        }

        return path;
    }
}
