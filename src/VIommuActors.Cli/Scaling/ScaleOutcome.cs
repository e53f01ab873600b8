using VIommuActors.Blueprints.Figures;
using VIommuActors.Blueprints.Verdicts;
using VIommuActors.Cli.Comparing;
using VIommuActors.RealTime.Scaling;
using VIommuActors.Scenarios.Model;

namespace VIommuActors.Cli.Scaling;

/// <summary>What a run of many guests came to.</summary>
internal sealed record ScaleOutcome(ScalePlan Plan, ScaleResult Result)
{
    /// <summary>Everything added up.</summary>
    public RunFigures Figures => Result.Figures;

    /// <summary>What the scenario lets one expect; null when any verdict will do.</summary>
    public Verdict? Expected => Expectations.ExpectedOf(Plan.Request.Scenario, Figures.Protocol);

    /// <summary>The verdict in words. Without a judge nothing is known but whether everything ended.</summary>
    public string Verdict =>
        !Plan.Request.HasOracle && Figures.Verdict == Scenarios.Model.Verdict.Held ? "unjudged" : FiguresJson.NameOf(Figures.Verdict);

    /// <summary>The verdict held against the expectation.</summary>
    public Outcome Outcome
    {
        get
        {
            if (Plan.Request.HasOracle) return Expectations.Judge(Plan.Request.Scenario, Figures);
            var isHung = Figures.Verdict == Scenarios.Model.Verdict.Hung && Expected is not (null or Scenarios.Model.Verdict.Hung);
            return isHung ? Outcome.NotLive : Outcome.AsExpected;
        }
    }

    /// <summary>What the process returns.</summary>
    public ExitCode Code => Result.IsCancelled ? ExitCode.Interrupted : ExitCodes.Of(Outcome);

    /// <summary>How the run ended, in words that stay.</summary>
    public string Ending => Result.IsCancelled ? "cancelled" : "complete";
}
