using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using VIommuActors.Cli.Exploring;
using VIommuActors.Cli.Input;
using VIommuActors.Cli.Reporting;
using VIommuActors.Experiments.Exploring;
using VIommuActors.Exploration.Strategies;
using VIommuActors.Protocols.Seam;
using VIommuActors.Scenarios.Schema;

namespace VIommuActors.Cli.Verbs;

/// <summary><c>viommu explore</c>: many orders of messages instead of one, and a counterexample.</summary>
internal sealed class ExploreVerb : Verb
{
    private const int MostWorkers = 64;

    private readonly ScenarioInput _input = new();
    private readonly Argument<string?> _scenario = new("SCENARIO")
    {
        Description = "A name from `viommu scenario list` or a path",
        Arity = ArgumentArity.ZeroOrOne,
    };
    private readonly Option<string?> _protocol = new("--protocol") { Description = "Instead of the scenario's own", HelpName = "P" };
    private readonly Option<string?> _mutant = new("--mutant")
    {
        Description = "Put a deliberate defect in, one of `viommu mutants`; its design is taken too",
        HelpName = "M",
    };
    private readonly Option<string?> _strategy = new("--strategy")
    {
        Description = "random, pct:D, pos, crowd, novel, dfs or dpor; the last two end when nothing is left (default: random, or the "
            + "mutant's)",
        HelpName = "S",
    };
    private readonly Option<string> _budget = new("--budget")
    {
        Description = "10000-schedules or 30s",
        HelpName = "B",
        DefaultValueFactory = _ => Budget.Default,
    };
    private readonly Option<string?> _faults = new("--faults")
    {
        Description = "Faults that each schedule may have, placed by the search (default: 0, or the mutant's)",
        HelpName = "K",
    };
    private readonly Option<string?> _faultKinds = new("--fault-kinds")
    {
        Description = "Which faults: drop, duplicate, reorder, delay, crash; comma-separated (default: all)",
        HelpName = "KINDS",
    };
    private readonly Option<string?> _faultsOn = new("--faults-on")
    {
        Description = "Messages and parties that can suffer: DrainComplete, dummy-viommu; comma-separated (default: all that can)",
        HelpName = "NAMES",
    };
    private readonly Option<string> _workers = new("--workers")
    {
        Description = "Threads that search side by side; the result is that of one",
        HelpName = "N",
        DefaultValueFactory = _ => "1",
    };
    private readonly Option<bool> _all = new("--all") { Description = "Do not stop at the first violation" };
    private readonly Option<string?> _resume = new("--resume")
    {
        Description = "Go on with a search that was not finished, from the file that it left; takes the place of SCENARIO",
        HelpName = "FILE",
    };
    private readonly Option<string?> _out = new("--out")
    {
        Description = "Folder for the counterexample or the unfinished search; default: runs/SCENARIO/UTC-SEED-PROTOCOL",
        HelpName = "DIR",
    };

    /// <summary>Declares it.</summary>
    public ExploreVerb(ToolHost host)
        : base(host, "explore", "Search the orders of messages, and faults, for a violation")
    {
        Add(_scenario);
        Add(_protocol);
        Add(_mutant);
        Add(_strategy);
        Add(_budget);
        _input.Seed.Description =
            "Decimal, 0x hex, or a git hash; schedule n of seed s is schedule 1 of seed s + n - 1, so neighbouring seeds overlap";
        Add(_input.Seed);
        Add(_faults);
        Add(_faultKinds);
        Add(_faultsOn);
        Add(_workers);
        Add(_all);
        Add(_resume);
        Add(_out);
        Add(_input.Set);
    }

    /// <inheritdoc/>
    public override ImmutableArray<string> Examples { get; } =
    [
        "viommu explore peer-1x1x1 --strategy dpor",
        "viommu explore peer-burst --mutant drain-one-of-two --out /tmp/defect",
        "viommu explore peer-retransmit --strategy pos --budget 30s --faults 1 --workers 2 --json",
    ];

    /// <inheritdoc/>
    protected override ExitCode Run(ParseResult parse, ToolSession session)
    {
        var file = parse.GetValue(_resume);
        var saved = file is null ? null : SavedSearch.Read(file);
        var plan = saved is null ? Plan(parse) : Resumed(parse, saved);
        var artefacts = new SearchArtefacts(session, parse.GetValue(_out), file);
        artefacts.CheckFolder();
        Searcher.Check(plan);
        if (!session.IsJson && !session.IsQuiet)
        {
            session.Renderer.Line(SearchView.Header(plan));
        }
        var outcome = artefacts.Keep(Searcher.Run(session, plan, saved));
        if (!session.IsQuiet)
        {
            session.Host.Console.Error.WriteLine(SearchView.Speed(outcome));
        }
        if (outcome.WriteError is { } error)
        {
            session.Host.Console.Error.WriteLine($"viommu: what was found could not be written: {error}");
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
        var asked = parse.GetValue(_scenario) ?? throw ToolException.Usage(
            "SCENARIO", "", "no scenario is named", "a name from `viommu scenario list`, a path, or --resume FILE");
        var mutant = parse.GetValue(_mutant) is { } defect ? MutantOf(defect) : null;
        var strategy = parse.GetValue(_strategy) ?? mutant?.Search.Strategy ?? "random";
        var seed = _input.SeedOf(parse);
        if (!Strategy.TryParse(strategy, seed, out _))
        {
            throw ToolException.Usage("--strategy", strategy, "there is no such strategy", Strategy.Accepted);
        }
        var budget = parse.GetValue(_budget)!;
        Budget.Parse(budget);
        var named = parse.GetValue(_protocol) is { } name ? ScenarioInput.ProtocolOf(name) : null;
        if (mutant is not null && named is not null && named != mutant.Protocol)
        {
            throw ToolException.Usage("--protocol", named, $"{mutant.Name} is a defect of {mutant.Protocol}", mutant.Protocol);
        }
        var (faults, workers) = (FaultsOf(parse, mutant), WorkersOf(parse));
        var loaded = _input.Load(asked, parse);
        var all = parse.GetValue(_all);
        var setup = new SearchSetup(loaded, mutant?.Protocol ?? named ?? loaded.Scenario.Protocol, seed)
        {
            Faults = faults,
            Mutant = mutant,
            Stops = !all,
        };
        return new(setup, asked, _input.SetsOf(parse), strategy, budget, all, workers);
    }

    private SearchPlan Resumed(ParseResult parse, SavedSearch saved)
    {
        Option[] decided = [_protocol, _mutant, _strategy, _faults, _faultKinds, _faultsOn, _all, _input.Seed, _input.Set];
        if (Array.Find(decided, option => parse.GetResult(option) is { Implicit: false }) is { } other)
        {
            throw ToolException.Usage(other.Name, "", "--resume goes on with what was begun", "--budget, --workers, --out");
        }
        if (parse.GetValue(_scenario) is { } scenario)
        {
            throw ToolException.Usage("SCENARIO", scenario, "--resume knows the scenario", "no SCENARIO with --resume");
        }
        var budget = parse.GetValue(_budget)!;
        if (Budget.Parse(budget).Schedules < saved.Checkpoint.Schedules)
        {
            var done = saved.Checkpoint.Schedules.ToString(CultureInfo.InvariantCulture);
            throw ToolException.Usage("--budget", budget, $"the search has had {done} schedules", $"{done}-schedules or more, or 30s");
        }
        return saved.Plan with { BudgetText = budget, Workers = WorkersOf(parse) };
    }

    private static Mutant MutantOf(string name) => MutantCatalog.Find(name) ?? throw ToolException.Usage(
        "--mutant", name, $"there is no such defect{Nearest.Hint(name, [.. MutantCatalog.All.Select(known => known.Name)])}",
        "one of `viommu mutants`");

    private SearchFaults FaultsOf(ParseResult parse, Mutant? mutant)
    {
        var text = parse.GetValue(_faults);
        var count = text is null ? mutant?.Search.Faults ?? 0 : Number("--faults", text, 0, SearchFaults.MostFaults, "faults");
        if (count == 0 && (parse.GetValue(_faultKinds) ?? parse.GetValue(_faultsOn)) is { } idle)
        {
            throw ToolException.Usage(
                parse.GetValue(_faultKinds) is null ? "--faults-on" : "--fault-kinds", idle, "no faults are asked for",
                "with --faults K, from 1");
        }
        var (kinds, on) = (parse.GetValue(_faultKinds) ?? mutant?.Search.FaultKinds, parse.GetValue(_faultsOn) ?? mutant?.Search.FaultsOn);
        try
        {
            return SearchFaults.Parse(count, kinds, on);
        }
        catch (FormatException e)
        {
            throw ToolException.Usage(kinds is null ? "--faults-on" : "--fault-kinds", kinds ?? on ?? "", e.Message, "");
        }
    }

    private int WorkersOf(ParseResult parse) => Number("--workers", parse.GetValue(_workers)!, 1, MostWorkers, "workers");

    private static int Number(string option, string text, int least, int most, string what) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw ToolException.Usage(option, text, $"not a number of {what}", $"{least} to {most}");
}
