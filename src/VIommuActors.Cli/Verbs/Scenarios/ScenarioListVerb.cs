using System.Collections.Immutable;
using System.CommandLine;
using VIommuActors.Cli.Input;
using VIommuActors.Cli.Rendering;
using VIommuActors.Cli.Reporting;
using VIommuActors.Scenarios;
using VIommuActors.Scenarios.Model;

namespace VIommuActors.Cli.Verbs.Scenarios;

/// <summary><c>viommu scenario list</c>.</summary>
internal sealed class ScenarioListVerb(ToolHost host) : Verb(host, "list", "List the scenarios that come with the tool")
{
    /// <inheritdoc/>
    public override ImmutableArray<string> Examples { get; } =
        ["viommu scenario list", "viommu scenario list --json", "viommu scenario list --no-color"];

    /// <inheritdoc/>
    protected override ExitCode Run(ParseResult parse, ToolSession session)
    {
        var scenarios = ScenarioLoader.Names.Select(name => ScenarioInput.Load(name, [])).ToArray();
        if (session.IsJson)
        {
            JsonDocuments.Write(session.Out, "viommu.scenarios/1", writer =>
            {
                writer.WriteStartArray("scenarios");
                foreach (var (scenario, source, _) in scenarios)
                {
                    writer.WriteStartObject();
                    writer.WriteString("name", scenario.Name);
                    writer.WriteString("protocol", scenario.Protocol);
                    writer.WriteString("invalidation", NameOf(scenario.Invalidation));
                    writer.WriteString("description", scenario.Description);
                    writer.WriteString("source", source);
                    writer.WriteEndObject();
                }
                writer.WriteEndArray();
            });
            return ExitCode.AsExpected;
        }
        session.Renderer.Table(new TextTable(
            [new("scenario", false), new("protocol", false), new("invalidation", false), new("description", false)],
            [.. scenarios.Select(loaded => Row(loaded.Scenario))]));
        return ExitCode.AsExpected;
    }

    private static ImmutableArray<Cell> Row(Scenario scenario) =>
        [scenario.Name, scenario.Protocol, NameOf(scenario.Invalidation), scenario.Description];

    private static string NameOf(InvalidationInterface invalidation) =>
        invalidation == InvalidationInterface.Register ? "register" : "queued";
}
