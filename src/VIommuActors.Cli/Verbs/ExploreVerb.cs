using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using VIommuActors.Cli.Exploring;
using VIommuActors.Cli.Input;
using VIommuActors.Cli.Rendering;
using VIommuActors.Cli.Reporting;
using VIommuActors.Cli.Running;
using VIommuActors.Experiments.Exploring;
using VIommuActors.Experiments.Running;
using VIommuActors.Exploration;
using VIommuActors.Exploration.Strategies;
using VIommuActors.Simulation;

namespace VIommuActors.Cli.Verbs;

/// <summary><c>viommu explore</c>: many orders of messages instead of one, and a counterexample.</summary>
internal sealed class ExploreVerb : Verb
{
    private const string TraceFile = "trace.jsonl";
    private const int MostFaults = 1_000;

    private readonly ScenarioInput _input = new();
    private readonly Argument<string> _scenario = new("SCENARIO") { Description = "A name from `viommu scenario list` or a path" };
    private readonly Option<string?> _protocol = new("--protocol") { Description = "Instead of the scenario's own", HelpName = "P" };
    private readonly Option<string> _strategy = new("--strategy")
    {
        Description = "random, pct:D, dfs or dpor; the last two end when nothing is left",
        HelpName = "S",
        DefaultValueFactory = _ => "random",
    };
    private readonly Option<string> _budget = new("--budget")
    {
        Description = "10000-schedules or 30s",
        HelpName = "B",
        DefaultValueFactory = _ => Budget.Default,
    };
    private readonly Option<string> _faults = new("--faults")
    {
        Description = "Lose or double up to K messages in each schedule",
        HelpName = "K",
        DefaultValueFactory = _ => "0",
    };
    private readonly Option<bool> _all = new("--all") { Description = "Do not stop at the first violation" };
    private readonly Option<string?> _out = new("--out")
    {
        Description = "Folder for the counterexample; default: runs/SCENARIO/UTC-SEED-PROTOCOL",
        HelpName = "DIR",
    };

    /// <summary>Declares it.</summary>
    public ExploreVerb(ToolHost host)
        : base(host, "explore", "Search the orders of messages, and losses, for a violation")
    {
        Add(_scenario);
        Add(_protocol);
        Add(_strategy);
        Add(_budget);
        Add(_input.Seed);
        Add(_faults);
        Add(_all);
        Add(_out);
        Add(_input.Set);
    }

    /// <inheritdoc/>
    public override ImmutableArray<string> Examples { get; } =
    [
        "viommu explore peer-1x1x1 --strategy dpor",
        "viommu explore peer-1x1x1 --protocol translate --out /tmp/race",
        "viommu explore peer-1x1x2 --strategy pct:3 --budget 30s --faults 1 --json",
    ];

    /// <inheritdoc/>
    protected override ExitCode Run(ParseResult parse, ToolSession session)
    {
        var plan = Plan(parse);
        var budget = Budget.Parse(plan.BudgetText);
        var strategy = Strategy.Parse(plan.Strategy, plan.Seed);
        if (!session.IsJson && !session.IsQuiet)
        {
            session.Renderer.Line(SearchView.Header(plan));
        }
        var outcome = Keep(parse, session, Search(session, plan, strategy, budget));
        if (!session.IsQuiet)
        {
            session.Host.Console.Error.WriteLine(SearchView.Speed(outcome));
        }
        if (session.IsJson)
        {
            session.Out.Write(SearchView.Json(outcome));
        }
        else if (session.IsQuiet)
        {
            SearchView.Verdict(session.Renderer, outcome);
        }
        else
        {
            SearchView.Text(session.Renderer, outcome);
        }
        return outcome.Code;
    }

    private SearchPlan Plan(ParseResult parse)
    {
        var (strategy, budget, faults) = (parse.GetValue(_strategy)!, parse.GetValue(_budget)!, parse.GetValue(_faults)!);
        var seed = _input.SeedOf(parse);
        if (!Strategy.TryParse(strategy, seed, out _))
        {
            throw ToolException.Usage("--strategy", strategy, "there is no such strategy", Strategy.Accepted);
        }
        Budget.Parse(budget);
        if (!int.TryParse(faults, NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count > MostFaults)
        {
            throw ToolException.Usage("--faults", faults, "not a number of faults", $"0 to {MostFaults}");
        }
        var named = parse.GetValue(_protocol) is { } name ? ScenarioInput.ProtocolOf(name) : null;
        var asked = parse.GetValue(_scenario)!;
        var loaded = _input.Load(asked, parse);
        return new(
            loaded, asked, _input.SetsOf(parse), named ?? loaded.Scenario.Protocol, strategy, seed, count, budget, parse.GetValue(_all));
    }

    private static SearchOutcome Search(ToolSession session, SearchPlan plan, IStrategy strategy, Budget budget)
    {
        using var system = SimSystem.Create("viommu");
        try
        {
            using var world = plan.World(system);
            var clock = session.Host.Clock;
            var start = clock.GetTimestamp();
            // Without a number of schedules there is no share of the work to show.
            IProgressView progress = budget.Schedules is not null || session.IsQuiet
                ? session.Progress()
                : new PlainProgress(session.Host.Console.Error, clock);
            var result = progress.During("explore: schedules", budget.Schedules ?? 0, report => new Explorer(system.Kernel).Explore(
                world,
                SearchPlan.Bounds(plan.Loaded, strategy) with
                {
                    MaxSchedules = budget.Schedules ?? long.MaxValue,
                    StopAtViolation = !plan.All,
                    Continue = done =>
                    {
                        report(done.Schedules);
                        return budget.Time is not { } time || clock.GetElapsedTime(start) < time;
                    },
                },
                session.Cancel));
            return new(plan, result, strategy.Proves, world.Found, clock.GetElapsedTime(start), null, null);
        }
        catch (UnsupportedCombinationException e)
        {
            throw ToolException.Usage(e.Key, e.Value, e.Message, e.Accepted);
        }
    }

    /// <summary>Runs the first violation again with its trace.</summary>
    private SearchOutcome Keep(ParseResult parse, ToolSession session, SearchOutcome outcome)
    {
        if (outcome.Result.FirstViolation is not { } found)
        {
            return outcome;
        }
        var plan = outcome.Plan;
        var root = RunFolder.RootOf(session.Host.Console.Variable(VerbHelp.RunsVariable));
        var folder = parse.GetValue(_out) is { } path
            ? RunFolder.At(path)
            : RunFolder.New(root, plan.Loaded.Scenario.Name, plan.Seed, plan.Protocol, session.Host.Clock.GetUtcNow());
        var file = folder.File(TraceFile);
        // Short, and the search's only fruit: an interrupt that ended the search does not keep it from being written.
        var traced = AtomicFile.Write(file, stream => TracedSchedule.Write(
            stream, plan.Loaded, plan.Header(found.Choices, ToolVersion.Number), CancellationToken.None));
        if (!traced.Followed || traced.Property != found.Property)
        {
            throw new InvalidOperationException(
                $"The schedule that broke {found.Property} came to {traced.Property ?? "nothing"} when it was run again: see {file}.");
        }
        return outcome with { Counterexample = traced, TraceFile = file };
    }
}
