using System.Globalization;

namespace VIommuActors.Trace.Charts;

/// <summary>Why it happened, step by step.</summary>
internal sealed class ChartExplanation
{
    private const int MaxPieces = 60, MaxRaces = 4, FarthestRace = 256;
    private readonly ChartTrace _trace;
    private readonly ChartChains _chains;
    private readonly ChartOptions _options;
    private readonly ChartFinding _finding;
    private readonly List<string> _sentences = [];

    private ChartExplanation(ChartTrace trace, ChartChains chains, ChartOptions options, ChartFinding finding) =>
        (_trace, _chains, _options, _finding) = (trace, chains, options, finding);

    public static IReadOnlyList<string> Of(ChartTrace trace, ChartChains chains, ChartOptions options)
    {
        if (trace.Finding is not { } finding)
        {
            return [];
        }

        var explanation = new ChartExplanation(trace, chains, options, finding);
        explanation.Explain();
        return explanation._sentences;
    }

    private void Explain()
    {
        var details = ChartWords.Details(_finding);
        Say($"{_finding.Property} at step {Step(_finding.At)}{(details.Length > 0 ? ": " : "")}{details}.");
        if (_finding.Revoked is { } revoked)
        {
            TwoChains(revoked);
        }
        else if (_chains.Access[^1] != _finding.At)
        {
            Waiting();
        }
        else
        {
            Say($"How step {Step(_finding.At)} came about:");
            Tell(_chains.Access);
            if (_chains.LastFault is not null)
            {
                Faults();
            }

            Races();
        }
    }

    private void TwoChains(int revoked)
    {
        var (access, revocation) = (_chains.Access, _chains.Revocation);
        Say($"How the violation, step {Step(_finding.At)}, came about:");
        Tell(access);
        Say($"How step {Step(revoked)} ({_options.Revoked}) came about:");
        Tell(revocation);
        if (_chains.LastFault is not null)
        {
            Faults();
        }

        var order = _chains.Order;
        if (order.ReachesSendingOf(revoked, _finding.At))
        {
            // The sender could have known: it acted on what it had kept.
            var path = order.Path(revoked, _finding.At);
            Say($"The violation follows from step {Step(revoked)}: {string.Join(" -> ", path.Select(Step))} "
                + "(causes, and what each participant handled in turn). It came from what had been kept, not from a late message.");
            return;
        }

        // Where they touch, one receiver handled a step of the one before a step of the other: that much was ordered.
        var (firstOnly, secondOnly) = (access.Except(revocation).ToList(), revocation.Except(access).ToList());
        if (firstOnly.Count == 0 || secondOnly.Count == 0)
        {
            Say($"Step {Step(revoked)} and step {Step(_finding.At)} lie on one chain.");
            return;
        }

        var first = Math.Min(firstOnly[0], secondOnly[0]);
        var (beforeRevoked, beforeSending) = (order.Before(revoked, first), order.Before(_trace.CauseOf(_finding.At), first));
        var late = firstOnly.Where(one => !beforeRevoked.Contains(one)).ToList();
        var free = secondOnly.Where(one => !beforeSending.Contains(one)).ToList();
        Say($"The first chain ({Steps(access)}) and the second ({Steps(revocation)}) meet {Meeting(firstOnly, secondOnly)}.");
        Say($"{Capital(Steps(late))} of the first and {Steps(free)} of the second are not ordered by causes, nor by what any participant "
            + "handled in turn: no step of one waited for the other.");
    }

    private string Meeting(List<int> first, List<int> second)
    {
        var handled = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var one in first)
        {
            handled.TryAdd(_trace.Events[one].To, one);
        }

        foreach (var other in second)
        {
            if (handled.TryGetValue(_trace.Events[other].To, out var one))
            {
                return $"at {_trace.Events[one].To}, which handled step {Step(one)} of the first and step {Step(other)} of the second";
            }
        }

        return "nowhere: no participant handled steps of both";
    }

    private void Waiting()
    {
        var end = _chains.Access[^1];
        var isFault = _chains.LastFault == end;
        Say(isFault
            ? $"How step {Step(end)} came about, at which a message did not go as sent:"
            : $"How step {Step(end)} came about, the last one that led to nothing:");
        Tell(_chains.Access);
        if (isFault)
        {
            Faults();
        }

        var waits = _chains.Waits is { } repeat
            ? $" From step {Step(repeat.First)} on {ChartWords.Count(repeat.Period, "step")} came "
                + $"{ChartWords.Count(repeat.Times, "time")} in a row."
            : "";
        var following = ChartWords.Count(_finding.At - end, "step");
        Say($"What was waited for never came: {following} followed until step {Step(_finding.At)}.{waits}");
    }

    private void Faults()
    {
        foreach (var at in _trace.FaultyEvents.Where(at => at >= 0 && at <= _finding.At).TakeLast(MaxRaces))
        {
            foreach (var fault in _trace.FaultsAt(at))
            {
                Say($"At step {Step(at)} {ChartWords.Fault(fault)}.");
            }
        }
    }

    /// <summary>Pairs of messages that one receiver could have handled in the other order, the last ones first.</summary>
    private void Races()
    {
        var found = new List<(int Earlier, int Later)>();
        foreach (var later in _chains.Access.Reverse())
        {
            if (found.Count < MaxRaces && RaceOf(later) is { } earlier)
            {
                found.Add((earlier, later));
            }
        }

        if (found.Count > 0)
        {
            Say("Nothing orders these, so either could have come first:");
        }

        foreach (var (earlier, later) in found)
        {
            Say($"{_trace.Events[later].To} handled step {Step(earlier)} ({Name(earlier)}) before step {Step(later)} ({Name(later)}).");
        }
    }

    private int? RaceOf(int later)
    {
        var before = _chains.Order.PreviousAtReceiver(later);
        for (var i = 0; i < FarthestRace && before is { } earlier; i++, before = _chains.Order.PreviousAtReceiver(earlier))
        {
            // Two messages of one sender to one receiver keep their order.
            if (_trace.Events[earlier].From != _trace.Events[later].From && !_chains.Order.ReachesSendingOf(earlier, later))
            {
                return earlier;
            }
        }

        return null;
    }

    private string Name(int index) => $"{_trace.Events[index].Message} from {_trace.Events[index].From ?? "outside"}";

    private void Tell(IReadOnlyList<int> chain)
    {
        var pieces = ChartRepeats.In(_trace, chain).ToList();
        if (pieces.Count > MaxPieces)
        {
            pieces.RemoveRange(0, pieces.Count - MaxPieces);
            Say($"(the first {ChartWords.Count(pieces[0].From, "step")} of {ChartWords.Count(chain.Count, "step")} left out)");
        }

        foreach (var (from, period, times) in pieces)
        {
            for (var i = from; i < from + period; i++)
            {
                Tell(chain[i]);
            }

            if (times > 1)
            {
                var (first, last) = (chain[from + period], chain[from + (period * times) - 1]);
                Say($"steps {Step(first)} to {Step(last)}: the same {ChartWords.Count(times - 1, "time")} more.");
            }
        }
    }

    private void Tell(int index)
    {
        var sentence = ChartWords.Sentence(_trace.Events[index], _finding, _options);
        var mark = index == _finding.At ? $" This is the violation: {_finding.Property}."
            : index == _finding.Revoked ? $" {Capital(_options.Revoked)}."
            : index == _finding.Granted ? $" {Capital(_options.Granted)}."
            : "";
        Say(sentence + mark);
    }

    private void Say(string sentence) => _sentences.Add(ChartWords.Ascii(sentence));

    private string Steps(IReadOnlyList<int> chain)
    {
        if (chain.Count == 1)
        {
            return $"step {Step(chain[0])}";
        }

        return chain.Count <= 8
            ? $"steps {string.Join(", ", chain.Select(Step))}"
            : $"steps {string.Join(", ", chain.Take(3).Select(Step))} ... {string.Join(", ", chain.TakeLast(3).Select(Step))}";
    }

    private string Step(int index) => _trace.Events[index].Step.ToString(CultureInfo.InvariantCulture);

    private static string Capital(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];
}
