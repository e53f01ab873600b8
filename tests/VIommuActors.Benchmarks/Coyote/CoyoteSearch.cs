using Microsoft.Coyote;
using Microsoft.Coyote.Actors;
using Microsoft.Coyote.SystematicTesting;
using VIommuActors.PeerModel;

namespace VIommuActors.Benchmarks.Coyote;

/// <summary>Searches with Coyote's testing engine, in this process.</summary>
internal static class CoyoteSearch
{
    /// <summary>Its strategies by name, with its own default bounds; the default is a portfolio of several in turns.</summary>
    public static readonly (string Name, Func<Configuration, Configuration> Use)[] Strategies =
    [
        ("default", c => c),
        ("random", c => c.WithRandomStrategy()),
        ("probabilistic", c => c.WithProbabilisticStrategy(3)),
        ("prioritization", c => c.WithPrioritizationStrategy(false, 10)),
        ("fair-prioritization", c => c.WithPrioritizationStrategy(true, 10)),
        ("delay-bounding", c => c.WithDelayBoundingStrategy(false, 10)),
        ("pos", c => c.WithPrioritizationStrategy(false, 10).WithPartialOrderSamplingEnabled()),
        ("q-learning", c => c.WithQLearningStrategy()),
    ];

    /// <summary>Searches until the first stale access.</summary>
    /// <param name="options">Size, protocol and defect.</param>
    /// <param name="delivery">How messages are ordered.</param>
    /// <param name="strategy">One of <see cref="Strategies"/>.</param>
    /// <param name="seed">Seed of Coyote's random numbers.</param>
    /// <param name="most">Ends after this many schedules.</param>
    /// <returns>Schedules run, and whether the last one had a stale access.</returns>
    /// <exception cref="InvalidOperationException">Coyote found something else.</exception>
    public static (long Schedules, bool Found) Run(PeerOptions options, Delivery delivery, string strategy, uint seed, uint most)
    {
        var basic = Configuration.Create().WithTestingIterations(most).WithRandomGeneratorSeed(seed)
            .WithTelemetryEnabled(false).WithConsoleLoggingEnabled(false).WithNoBugTraceRepro();
        var configuration = Strategies.Single(known => known.Name == strategy).Use(basic);
        using var engine = TestingEngine.Create(configuration, (IActorRuntime runtime) => CoyoteWorld.Run(runtime, options, delivery));
        var console = Console.Out;
        Console.SetOut(TextWriter.Null); // its progress, line after line
        try
        {
            engine.Run();
        }
        finally
        {
            Console.SetOut(console);
        }

        var report = engine.TestReport;
        if (report.InternalErrors.Count > 0 || report.BugReports.Any(bug => !bug.Contains(PeerWorld.StaleAccess, StringComparison.Ordinal)))
        {
            throw new InvalidOperationException(string.Join(' ', report.InternalErrors.Concat(report.BugReports)));
        }

        return (report.NumOfExploredFairPaths + report.NumOfExploredUnfairPaths, report.NumOfFoundBugs > 0);
    }
}
