namespace VIommuActors.Trace.Charts;

/// <summary>Events that come again and again without anything between.</summary>
/// <param name="First">Index of the first event of the first time.</param>
/// <param name="Period">How many events repeat.</param>
/// <param name="Times">How often they come, the first time included.</param>
internal readonly record struct ChartRepeat(int First, int Period, int Times)
{
    /// <summary>Index of the first event after all of them.</summary>
    public int End => First + (Period * Times);
}

/// <summary>Finds repetitions: somebody polls, or a timer fires and nothing comes of it.</summary>
internal static class ChartRepeats
{
    private const int LongestPeriod = 8, FewestTimes = 3;

    public static IReadOnlyList<ChartRepeat> Find(ChartTrace trace)
    {
        var kinds = Kinds(trace);
        var found = new List<ChartRepeat>();
        for (var i = trace.FirstWork; i < kinds.Length;)
        {
            var best = new ChartRepeat(i, 1, 1);
            for (var period = 1; period <= LongestPeriod; period++)
            {
                var times = Times(kinds, i, period);
                if (times >= FewestTimes && times * period > best.Times * best.Period)
                {
                    best = new ChartRepeat(i, period, times);
                }
            }

            if (best.Times > 1)
            {
                found.Add(best);
            }

            i = best.End;
        }

        return found;
    }

    /// <summary>Cuts a list of events into repetitions and what stands alone.</summary>
    public static IEnumerable<(int From, int Period, int Times)> In(ChartTrace trace, IReadOnlyList<int> events)
    {
        var ids = new Dictionary<EventKind, int>();
        var kinds = events.Select(index => KindOf(trace, index, ids)).ToArray();
        for (var i = 0; i < kinds.Length;)
        {
            var (period, times) = (1, 1);
            for (var candidate = 1; candidate <= LongestPeriod; candidate++)
            {
                var count = Times(kinds, i, candidate);
                if (count >= FewestTimes && count * candidate > times * period)
                {
                    (period, times) = (candidate, count);
                }
            }

            yield return (i, period, times);
            i += period * times;
        }
    }

    private static int[] Kinds(ChartTrace trace)
    {
        var ids = new Dictionary<EventKind, int>();
        var kinds = new int[trace.Events.Count];
        for (var i = 0; i < kinds.Length; i++)
        {
            kinds[i] = KindOf(trace, i, ids);
        }

        return kinds;
    }

    // What is marked stands alone: a number of its own.
    private static int KindOf(ChartTrace trace, int index, Dictionary<EventKind, int> ids)
    {
        var isMarked = trace.FaultsAt(index).Count > 0 || trace.NotesAt(index).Count > 0 || trace.OtherViolationsAt(index).Count > 0
            || (trace.Finding is { } finding && (index == finding.At || index == finding.Granted || index == finding.Revoked));
        if (isMarked)
        {
            return -1 - index;
        }

        var one = trace.Events[index];
        var kind = new EventKind(one.To, one.From, one.Message, string.Join(' ', one.Args));
        if (!ids.TryGetValue(kind, out var id))
        {
            ids.Add(kind, id = ids.Count);
        }

        return id;
    }

    private static int Times(int[] kinds, int first, int period)
    {
        var end = first + period;
        while (end < kinds.Length && kinds[end] == kinds[end - period])
        {
            end++;
        }

        return (end - first) / period;
    }

    private readonly record struct EventKind(string To, string? From, string Message, string Args);
}
