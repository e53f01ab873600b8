using System.Collections.Immutable;
using System.CommandLine;
using VIommuActors.Cli.Reporting;
using VIommuActors.Experiments.Running;
using VIommuActors.Protocols;
using VIommuActors.Scenarios;
using VIommuActors.Scenarios.Schema;

namespace VIommuActors.Cli.Input;

/// <summary>The options that say what to run: they are the same for every verb that runs something.</summary>
internal sealed class ScenarioInput
{
    /// <summary>Overrides of keys of the scenario.</summary>
    public Option<string[]> Set { get; } = new("--set")
    {
        Description = "Override a key of the scenario, such as topology.vcpus=4; repeatable",
        HelpName = "KEY=VALUE",
        Arity = ArgumentArity.OneOrMore,
        DefaultValueFactory = _ => [],
    };

    /// <summary>The first run's seed.</summary>
    public Option<string> Seed { get; } = new("--seed")
    {
        Description = "Decimal, 0x hex, or a git hash",
        HelpName = "SEED",
        DefaultValueFactory = _ => "1",
    };

    /// <summary>The overrides in the order given.</summary>
    public ImmutableArray<string> SetsOf(ParseResult parse) => [.. parse.GetValue(Set) ?? []];

    /// <summary>The seed.</summary>
    /// <exception cref="ToolException">It is none.</exception>
    public ulong SeedOf(ParseResult parse) => Input.Seed.Parse(parse.GetValue(Seed)!);

    /// <summary>Loads a scenario with the overrides on top.</summary>
    /// <exception cref="ScenarioException">Something is wrong with it.</exception>
    public LoadedScenario Load(string nameOrPath, ParseResult parse) => Load(nameOrPath, SetsOf(parse));

    /// <summary>Loads a scenario; what fault rules name is checked against what there is.</summary>
    /// <exception cref="ScenarioException">Something is wrong with it.</exception>
    public static LoadedScenario Load(string nameOrPath, IReadOnlyList<string> sets) =>
        ScenarioLoader.Resolve(nameOrPath, sets, ScenarioRunner.MessageNames, ScenarioRunner.PartyNames);

    /// <summary>Checks that a protocol exists.</summary>
    /// <exception cref="ToolException">It does not.</exception>
    public static string ProtocolOf(string name)
    {
        var names = ProtocolCatalog.All.Select(protocol => protocol.Name).ToArray();
        return names.Contains(name)
            ? name
            : throw ToolException.Usage(
                "--protocol", name, $"there is no protocol of that name{Nearest.Hint(name, names)}", string.Join(", ", names));
    }
}
