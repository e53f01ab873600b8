using VIommuActors.Blueprints.Figures;
using VIommuActors.Protocols;
using VIommuActors.Scenarios.Model;

namespace VIommuActors.Blueprints.Verdicts;

/// <summary>How a verdict compares to what the scenario states; the numbers are the tool's exit codes.</summary>
public enum Outcome
{
    /// <summary>As expected.</summary>
    AsExpected = 0,

    /// <summary>Safety was broken where it should have held.</summary>
    UnexpectedViolation = 1,

    /// <summary>Something never ended.</summary>
    NotLive = 3,

    /// <summary>A violation or hang was expected and did not show within the runs given.</summary>
    GoalNotReached = 4,
}

/// <summary>Holds verdicts against expectations.</summary>
public static class Expectations
{
    /// <summary>
    /// What is expected of <paramref name="protocol"/>: what <c>expect.protocols</c> says of it, else <c>expect.verdict</c> if it is the
    /// scenario's own protocol, else that it keeps what it claims. Null: the scenario states something, but nothing about a design
    /// that makes no claim, so any verdict will do.
    /// </summary>
    public static Verdict? ExpectedOf(Scenario scenario, string protocol)
    {
        var expect = scenario.Expect;
        if (expect.Protocols.TryGetValue(protocol, out var stated)) return stated;
        if (protocol == scenario.Protocol && expect.Verdict is { } own) return own;
        var nothingStated = expect.Verdict is null && expect.Protocols.IsEmpty;
        return nothingStated || ProtocolCatalog.Find(protocol) is { ClaimsSafety: true } ? Verdict.Held : null;
    }

    /// <summary>Judges one protocol's figures.</summary>
    public static Outcome Judge(Scenario scenario, RunFigures figures)
    {
        var expected = ExpectedOf(scenario, figures.Protocol);
        // A replay that left its recording proves nothing about it.
        if (figures is { Verdict: Verdict.Held, Replay.FindingCount: > 0 }) return Outcome.GoalNotReached;
        if (expected is null || figures.Verdict == expected) return Outcome.AsExpected;
        return figures.Verdict switch
        {
            Verdict.Violated => Outcome.UnexpectedViolation,
            Verdict.Hung => Outcome.NotLive,
            _ => Outcome.GoalNotReached,
        };
    }

    /// <summary>The worst of several, an unexpected violation being the worst.</summary>
    public static Outcome Worst(IEnumerable<Outcome> outcomes)
    {
        var worst = Outcome.AsExpected;
        foreach (var outcome in outcomes)
        {
            if (outcome != Outcome.AsExpected && (worst == Outcome.AsExpected || outcome < worst)) worst = outcome;
        }
        return worst;
    }
}
