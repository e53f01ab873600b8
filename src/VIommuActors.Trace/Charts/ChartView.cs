using System.Globalization;

namespace VIommuActors.Trace.Charts;

/// <summary>What one chart shows: rows within a bound, and the lifelines that these need.</summary>
/// <param name="Title">First line; may be empty.</param>
/// <param name="Rows">From top to bottom.</param>
/// <param name="Lifelines">From left to right.</param>
/// <param name="TimeNs">The time of all rows, when it is the same; null when each row needs its own.</param>
/// <param name="Footer">What the chart says at its end, a sentence each.</param>
internal sealed record ChartView(
    string Title, IReadOnlyList<ChartRow> Rows, ChartLifelines Lifelines, long? TimeNs, IReadOnlyList<string> Footer)
{
    private const int After = 3, MostRemarks = 4;

    public static ChartView Of(ChartTrace trace, ChartChains chains, string title, int maxRows, ChartOptions options)
    {
        var rows = new Builder(trace, chains, options);
        rows.Build(maxRows);
        var lifelines = ChartLifelines.For(rows.All, chains.Access.Concat(chains.Revocation).Select(at => trace.Events[at]), options);
        var times = rows.All.OfType<HopRow>().Select(row => row.Step.TimeNs).Distinct().Take(2).ToList();
        return new ChartView(title, rows.All, lifelines, times.Count == 1 ? times[0] : null, [.. Footers(trace, rows.LeftOut)]);
    }

    /// <summary>What a chart says whose steps have one time.</summary>
    public string? Still => TimeNs is not { } time ? null : string.Create(
        CultureInfo.InvariantCulture, $"All steps shown at t={time} ns; their order is the order of the lines.");

    private static IEnumerable<string> Footers(ChartTrace trace, int leftOut)
    {
        if (leftOut > 0)
        {
            yield return $"Not shown: {ChartWords.Count(leftOut, "step")} of others, whom the violation does not need.";
        }

        if (trace.Finding is not { } finding)
        {
            yield break;
        }

        var step = trace.Events[finding.At].Step;
        var which = trace.Violations > 1 ? string.Create(
            CultureInfo.InvariantCulture, $" (violation {trace.FindingNumber} of {trace.Violations:#,0})") : "";
        yield return string.Create(CultureInfo.InvariantCulture, $"VIOLATED {finding.Property} at step {step}{which}");
    }

    /// <summary>Pieces of the trace: a repetition is one, every other event is one.</summary>
    private sealed class Builder(ChartTrace trace, ChartChains chains, ChartOptions options)
    {
        private readonly List<ChartRepeat> _pieces = [];
        private readonly HashSet<string> _scope = chains.Participants();

        public List<ChartRow> All { get; } = [];

        /// <summary>Steps that are not shown and not in a fold either.</summary>
        public int LeftOut { get; private set; }

        public void Build(int maxRows)
        {
            var first = FirstShown();
            if (first > 0)
            {
                All.Add(Fold(0, first, "start-up"));
            }

            Cut(first);
            var shown = Choose(maxRows);
            for (var i = 0; i < _pieces.Count; i++)
            {
                if (shown[i])
                {
                    Show(_pieces[i]);
                    continue;
                }

                var from = _pieces[i].First;
                while (i + 1 < _pieces.Count && !shown[i + 1])
                {
                    i++;
                }

                if (Enumerable.Range(from, _pieces[i].End - from).Any(IsInScope))
                {
                    All.Add(Fold(from, _pieces[i].End, null));
                }
                else
                {
                    LeftOut += _pieces[i].End - from;
                }
            }
        }

        // Among many participants the steps of those whom no chain touches say nothing about the violation.
        private bool IsInScope(int index)
        {
            var step = trace.Events[index];
            return _scope.Count == 0 || (_scope.Contains(step.To) && (step.From is null || _scope.Contains(step.From)));
        }

        // Start-up is shown when the violation, or where it was allowed, lies in it.
        private int FirstShown()
        {
            var first = trace.FirstWork;
            return trace.Finding is { } finding && Math.Min(finding.At, finding.Granted ?? finding.At) < first ? 0 : first;
        }

        private void Cut(int first)
        {
            var at = first;
            foreach (var repeat in chains.Repeats)
            {
                if (repeat.First < at)
                {
                    continue;
                }

                for (; at < repeat.First; at++)
                {
                    _pieces.Add(new ChartRepeat(at, 1, 1));
                }

                _pieces.Add(repeat);
                at = repeat.End;
            }

            for (; at < trace.Events.Count; at++)
            {
                _pieces.Add(new ChartRepeat(at, 1, 1));
            }
        }

        private bool[] Choose(int maxRows)
        {
            var shown = new bool[_pieces.Count];
            var left = maxRows;
            if (_pieces.Sum(piece => (long)Cost(piece)) <= maxRows)
            {
                Array.Fill(shown, true);
                return shown;
            }

            // Events without a violation are read from the start.
            if (trace.Finding is not { } finding)
            {
                for (var i = 0; i < shown.Length && Take(i); i++)
                {
                }

                return shown;
            }

            var at = PieceOf(finding.At);
            Need(finding.At);
            Need(finding.Revoked);
            Need(finding.Granted);
            Need(chains.LastFault);
            // The ends of the chains matter most, so they are taken backwards.
            foreach (var index in chains.Access.Concat(chains.Revocation).OrderDescending())
            {
                Need(index);
            }

            // What follows tells how it went on; what came before, how it came about.
            for (var i = at + 1; i < shown.Length && i <= at + After && TakeInScope(i); i++)
            {
            }

            for (var i = at - 1; i >= 0 && TakeInScope(i); i--)
            {
            }

            return shown;

            void Need(int? index)
            {
                if (index is { } one && PieceOf(one) is var piece and >= 0)
                {
                    Take(piece);
                }
            }

            bool TakeInScope(int piece) => !IsInScope(_pieces[piece].First) || Take(piece);

            bool Take(int piece)
            {
                var cost = shown[piece] ? 0 : Cost(_pieces[piece]);
                if (cost > left)
                {
                    return false;
                }

                left -= cost;
                shown[piece] = true;
                return true;
            }
        }

        private static int Cost(ChartRepeat piece) => piece.Times > 1 ? piece.Period + 1 : 1;

        private int PieceOf(int index)
        {
            var (low, high) = (0, _pieces.Count - 1);
            while (low <= high)
            {
                var middle = (low + high) / 2;
                if (index < _pieces[middle].First)
                {
                    high = middle - 1;
                }
                else if (index >= _pieces[middle].End)
                {
                    low = middle + 1;
                }
                else
                {
                    return middle;
                }
            }

            return -1;
        }

        private void Show(ChartRepeat piece)
        {
            for (var i = piece.First; i < piece.First + piece.Period; i++)
            {
                Show(i);
            }

            if (piece.Times == 1)
            {
                return;
            }

            var (from, to) = (trace.Events[piece.First + piece.Period], trace.Events[piece.End - 1]);
            var what = piece.Period == 1 ? "the step above comes" : $"the {piece.Period} steps above come";
            All.Add(new FoldRow(string.Create(
                CultureInfo.InvariantCulture,
                $"{what} {piece.Times - 1:#,0} times more (steps {from.Step} to {to.Step}{Times(from, to)})")));
        }

        private void Show(int index)
        {
            var step = trace.Events[index];
            var finding = trace.Finding;
            var mark = finding is null ? ChartMark.None
                : index == finding.At ? ChartMark.Violation
                : index == finding.Revoked ? ChartMark.Revoked
                : index == finding.Granted ? ChartMark.Granted
                : ChartMark.None;
            All.Add(new HopRow(step, ChartWords.Message(step, finding, options), trace.IsUnhandled(index), mark));
            foreach (var fault in trace.FaultsAt(index).Take(MostRemarks))
            {
                if (fault is { From: { } from, To: { } to, IsUnhandled: true })
                {
                    All.Add(new LossRow(from, to, fault.Message));
                }

                All.Add(new BannerRow(ChartMark.Fault, ChartWords.Fault(fault)));
            }

            if (mark == ChartMark.Granted)
            {
                All.Add(new BannerRow(mark, options.Granted));
            }
            else if (mark == ChartMark.Revoked)
            {
                All.Add(new BannerRow(mark, options.Revoked));
            }
            else if (mark == ChartMark.Violation)
            {
                All.Add(new BannerRow(mark, ViolationText(finding!)));
            }

            foreach (var other in trace.OtherViolationsAt(index).Take(MostRemarks))
            {
                All.Add(new BannerRow(ChartMark.Violation, $"also {ChartWords.Remark(other)}"));
            }

            foreach (var note in trace.NotesAt(index).Take(MostRemarks))
            {
                All.Add(new BannerRow(ChartMark.Remark, ChartWords.Remark(note)));
            }
        }

        private string ViolationText(ChartFinding finding)
        {
            // A name stands out in capitals, a sentence does not read in them.
            var isName = !finding.Property.Contains(' ', StringComparison.Ordinal);
            var property = isName ? finding.Property.ToUpperInvariant() : finding.Property;
            var text = $"{property} {ChartWords.Details(finding)}".TrimEnd();
            var granted = finding.Granted is { } g ? $"; {options.Granted}: step {trace.Events[g].Step}" : "";
            var revoked = finding.Revoked is { } r ? $"; {options.Revoked}: step {trace.Events[r].Step}" : "";
            return text + granted + revoked;
        }

        private FoldRow Fold(int from, int end, string? why)
        {
            var (first, last) = (trace.Events[from], trace.Events[end - 1]);
            var steps = end - from == 1 ? $"step {first.Step}" : $"steps {first.Step} to {last.Step}";
            var what = why is null ? "" : why + ", ";
            return new FoldRow($"{ChartWords.Count(end - from, "step")} folded: {what}{steps}{Times(first, last)}");
        }

        private static string Times(TraceEvent from, TraceEvent to) => from.TimeNs == to.TimeNs ? "" : string.Create(
            CultureInfo.InvariantCulture, $", t={from.TimeNs} to {to.TimeNs} ns");
    }
}
