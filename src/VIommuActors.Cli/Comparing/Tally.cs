using VIommuActors.Blueprints.Figures;
using VIommuActors.Blueprints.Verdicts;
using VIommuActors.Cli.Rendering;
using VIommuActors.Experiments.Figures;
using VIommuActors.Experiments.Running;
using VIommuActors.Scenarios.Model;

namespace VIommuActors.Cli.Comparing;

/// <summary>What broke, in words, and the seed of the very run that showed it.</summary>
internal readonly record struct Finding(string Protocol, ulong Seed, string What);

/// <summary>Runs of one protocol on one scenario, added up.</summary>
internal sealed class Tally(Scenario scenario, string protocol)
{
    /// <summary>The sum.</summary>
    public RunFigures Figures { get; } = new(protocol);

    /// <summary>Runs in which safety was broken.</summary>
    public long RunsViolated { get; private set; }

    /// <summary>Runs in which something never ended.</summary>
    public long RunsHung { get; private set; }

    /// <summary>Runs that a limit of the scenario cut off.</summary>
    public long RunsCutOff { get; private set; }

    /// <summary>True when the user interrupted before all runs had ended.</summary>
    public bool IsInterrupted { get; private set; }

    /// <summary>The first violation or, where a guest came to no end without one, the first such run; null when nothing broke.</summary>
    public Finding? First { get; private set; }

    /// <summary>What the scenario lets one expect; null when any verdict will do.</summary>
    public Verdict? Expected => Expectations.ExpectedOf(scenario, protocol);

    /// <summary>
    /// The verdict held against the expectation. A run that was cut off or interrupted has not shown that anything holds: it counts
    /// as a goal that was not reached.
    /// </summary>
    public Outcome Outcome
    {
        get
        {
            var judged = Expectations.Judge(scenario, Figures);
            var isUnproven = (RunsCutOff > 0 || IsInterrupted) && Figures.Verdict == Verdict.Held;
            return judged == Outcome.AsExpected && isUnproven ? Outcome.GoalNotReached : judged;
        }
    }

    /// <summary>vCPUs that came to no end, in words; null when all did.</summary>
    public static string? Halted(RunFigures figures) => (figures.StuckVcpus, figures.StoppedVcpus) switch
    {
        (0, 0) => null,
        (var stuck, 0) => $"vCPUs stuck: {Numbers.Count(stuck)}",
        (0, var stopped) => $"vCPUs stopped: {Numbers.Count(stopped)}",
        (var stuck, var stopped) => $"vCPUs stuck: {Numbers.Count(stuck)}, stopped: {Numbers.Count(stopped)}",
    };

    /// <summary>Says that there will be no more runs although there should be.</summary>
    public void Interrupt() => IsInterrupted = true;

    /// <summary>
    /// Adds a run. What a cancelled one left open is no violation of anything: such a run may be added only if it is shown alone.
    /// </summary>
    public void Add(ulong seed, RunResult run)
    {
        Figures.Add(run.Figures);
        RunsViolated += run.Figures.Verdict == Verdict.Violated ? 1 : 0;
        RunsHung += run.Figures.Verdict == Verdict.Hung ? 1 : 0;
        RunsCutOff += run.Ending is RunEnding.StepLimit or RunEnding.TimeLimit ? 1 : 0;
        IsInterrupted |= run.Ending == RunEnding.Cancelled;
        if (First is null && WhatBroke(run.Figures) is { } what)
        {
            First = new Finding(protocol, seed, what);
        }
    }

    private static string? WhatBroke(RunFigures figures) =>
        figures.Details.IsEmpty ? Halted(figures) : figures.Details[0].ToString();
}
