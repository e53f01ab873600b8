namespace VIommuActors.Trace.Charts;

/// <summary>The events that a violation needs: who sent what led to it, back to where it was allowed.</summary>
internal sealed class ChartChains
{
    private readonly ChartTrace _trace;

    public ChartChains(ChartTrace trace, ChartOptions options)
    {
        _trace = trace;
        Order = new HappensBefore(trace);
        Repeats = ChartRepeats.Find(trace);
        if (trace.Finding is not { } finding)
        {
            return;
        }

        // Start-up is needed by everything and tells nothing, unless the violation lies in it.
        var stop = finding.Granted ?? (finding.At >= trace.FirstWork ? trace.FirstWork : 0);
        if (finding.Revoked is { } revoked)
        {
            Access = Chain(finding.At, stop);
            Revocation = Chain(revoked, stop);
            return;
        }

        LastFault = _trace.FaultyEvents.Where(at => at >= 0 && at <= finding.At).Select(at => (int?)at).LastOrDefault();
        Waits = Repeats.Where(repeat => IsWait(repeat, finding.At)).Select(repeat => (ChartRepeat?)repeat).LastOrDefault();
        // What was waited for never came: the interesting part ends where it was lost, or at the last message that led to nothing.
        var neverCame = options.NeverCame is { } ask ? ask(finding.Property) : Waits is not null || finding.IsVerdict;
        var end = neverCame ? LastFault ?? LastDeadEnd(finding.At) ?? finding.At : finding.At;
        Access = Chain(end, stop);
    }

    public HappensBefore Order { get; }

    /// <summary>Repetitions in the whole trace, in their order.</summary>
    public IReadOnlyList<ChartRepeat> Repeats { get; }

    /// <summary>Events from the grant, or the start, to the violation, or to where waiting began. Empty without a violation.</summary>
    public IReadOnlyList<int> Access { get; } = [];

    /// <summary>Events from the grant to the revocation; empty when the violation names none.</summary>
    public IReadOnlyList<int> Revocation { get; } = [];

    /// <summary>The last event before the violation at which a message did not go as sent.</summary>
    public int? LastFault { get; }

    /// <summary>The repetition in which the trace ended: somebody waited for what did not come.</summary>
    public ChartRepeat? Waits { get; }

    /// <summary>Names of everybody who takes part in the chains.</summary>
    public HashSet<string> Participants() => Access.Concat(Revocation)
        .SelectMany(at => new[] { _trace.Events[at].From, _trace.Events[at].To })
        .OfType<string>().ToHashSet(StringComparer.Ordinal);

    // A wait keeps itself going: each round is sent by the one before. Between it and the violation may lie a round that is cut short.
    private bool IsWait(ChartRepeat repeat, int violation) =>
        repeat.First <= violation && violation <= repeat.End + (2 * repeat.Period)
        && _trace.CauseOf(repeat.First + repeat.Period) is { } cause && cause >= repeat.First;

    /// <summary>The last event before the violation that sent nothing which arrived, repetitions left out.</summary>
    private int? LastDeadEnd(int violation)
    {
        var hasEffect = new bool[violation + 1];
        for (var i = 0; i <= violation; i++)
        {
            if (_trace.CauseOf(i) is { } cause)
            {
                hasEffect[cause] = true;
            }
        }

        var repeat = Repeats.Count - 1;
        for (var i = violation - 1; i >= _trace.FirstWork; i--)
        {
            while (repeat >= 0 && Repeats[repeat].First > i)
            {
                repeat--;
            }

            if (!hasEffect[i] && (repeat < 0 || i >= Repeats[repeat].End))
            {
                return i;
            }
        }

        return null;
    }

    private List<int> Chain(int end, int stop)
    {
        List<int> chain = [end];
        for (var at = _trace.CauseOf(end); at is { } index && index >= stop; at = _trace.CauseOf(index))
        {
            chain.Add(index);
        }

        chain.Reverse();
        return chain;
    }
}
