namespace VIommuActors.Trace.Charts;

/// <summary>Who stands where. Participants that found no place of their own share the last lifeline.</summary>
internal sealed class ChartLifelines
{
    /// <summary>Name of the lifeline that several share.</summary>
    public const string Others = "others";

    private readonly Dictionary<string, int> _columns;

    private ChartLifelines(
        IReadOnlyList<string> names, IReadOnlyList<string> shared, Dictionary<string, int> columns, Func<string, string?>? about)
    {
        (Names, Shared, _columns) = (names, shared, columns);
        Legend = [.. names.Select(name => (Name: name, About: about?.Invoke(name) ?? "")).Where(one => one.About.Length > 0)];
    }

    /// <summary>From left to right.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Those that share the last lifeline; empty when each has its own.</summary>
    public IReadOnlyList<string> Shared { get; }

    /// <summary>Names with what they are.</summary>
    public IReadOnlyList<(string Name, string About)> Legend { get; }

    /// <summary>The lifeline of a participant; -1 for one that the chart does not show.</summary>
    public int this[string? name] => name is not null && _columns.TryGetValue(name, out var column) ? column : -1;

    /// <summary>True when two participants on one lifeline need their names said.</summary>
    public bool IsShared(string? name) => Shared.Count > 0 && this[name] == Names.Count - 1;

    public static ChartLifelines For(IReadOnlyList<ChartRow> rows, IEnumerable<TraceEvent> chain, ChartOptions options)
    {
        var hops = rows.Select(Ends).OfType<(string? From, string To)>().ToList();
        var all = hops.SelectMany(hop => new[] { hop.From, hop.To }).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        var own = all;
        if (all.Count > options.MaxLifelines)
        {
            // Whoever the violation needs comes first, then those with most messages; the order of appearance decides the rest.
            var needed = chain.SelectMany(step => new[] { step.From, step.To }).OfType<string>().ToHashSet(StringComparer.Ordinal);
            var counts = hops.SelectMany(hop => new[] { hop.From, hop.To }).OfType<string>()
                .CountBy(name => name, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);
            var chosen = all.OrderByDescending(needed.Contains).ThenByDescending(name => counts[name])
                .Take(options.MaxLifelines - 1).ToHashSet(StringComparer.Ordinal);
            own = [.. all.Where(chosen.Contains)];
        }

        var ordered = options.Place is { } place
            ? own.OrderBy(place).ThenBy(name => name, StringComparer.Ordinal).ToList()
            : Order(own, hops);
        List<string> shared = [.. all.Except(own, StringComparer.Ordinal)];
        var columns = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < ordered.Count; i++)
        {
            columns.Add(ordered[i], i);
        }

        foreach (var name in shared)
        {
            columns.Add(name, ordered.Count);
        }

        return new ChartLifelines(shared.Count == 0 ? ordered : [.. ordered, Others], shared, columns, options.About);
    }

    private static (string? From, string To)? Ends(ChartRow row) => row switch
    {
        HopRow hop => (hop.Step.From, hop.Step.To),
        LossRow loss => (loss.From, loss.To),
        _ => null,
    };

    /// <summary>
    /// Short arrows are read best: neighbours are swapped and participants moved while that shortens all arrows together, starting from
    /// the order of appearance.
    /// </summary>
    private static List<string> Order(List<string> names, List<(string? From, string To)> hops)
    {
        var index = names.Index().ToDictionary(one => one.Item, one => one.Index, StringComparer.Ordinal);
        var weights = new int[names.Count, names.Count];
        foreach (var (from, to) in hops)
        {
            if (from is not null && index.TryGetValue(from, out var a) && index.TryGetValue(to, out var b))
            {
                weights[a, b]++;
            }
        }

        List<int> order = [.. Enumerable.Range(0, names.Count)];
        var best = Length(order, weights);
        for (var improved = true; improved;)
        {
            improved = false;
            for (var from = 0; from < order.Count; from++)
            {
                for (var to = 0; to < order.Count; to++)
                {
                    var moved = new List<int>(order);
                    moved.RemoveAt(from);
                    moved.Insert(to, order[from]);
                    if (Length(moved, weights) is var length && length < best)
                    {
                        (order, best, improved) = (moved, length, true);
                    }
                }
            }
        }

        // A chart and its mirror image are equally long: whoever appears first stands in the left half.
        if (order.IndexOf(0) > order.Count - 1 - order.IndexOf(0))
        {
            order.Reverse();
        }

        return [.. order.Select(i => names[i])];
    }

    private static int Length(List<int> order, int[,] weights)
    {
        var length = 0;
        for (var i = 0; i < order.Count; i++)
        {
            for (var j = i + 1; j < order.Count; j++)
            {
                length += (j - i) * (weights[order[i], order[j]] + weights[order[j], order[i]]);
            }
        }

        return length;
    }
}
