using System.Collections.Immutable;
using System.CommandLine;
using VIommuActors.Cli.Rendering;
using VIommuActors.Cli.Reporting;
using VIommuActors.Experiments.Exploring;

namespace VIommuActors.Cli.Verbs;

/// <summary><c>viommu mutants</c>: the deliberate defects.</summary>
internal sealed class MutantsVerb(ToolHost host) : Verb(host, "mutants", "List the deliberate defects and what catches them")
{
    private const string Schema = "viommu.mutants/1";

    /// <inheritdoc/>
    public override ImmutableArray<string> Examples { get; } =
        ["viommu mutants", "viommu mutants --json", "viommu explore peer-1x1x1 --mutant drain-early-report"];

    /// <inheritdoc/>
    protected override ExitCode Run(ParseResult parse, ToolSession session)
    {
        if (session.IsJson)
        {
            JsonDocuments.Write(session.Out, Schema, writer =>
            {
                writer.WriteStartArray("mutants");
                foreach (var mutant in MutantCatalog.All)
                {
                    writer.WriteStartObject();
                    writer.WriteString("name", mutant.Name);
                    writer.WriteString("protocol", mutant.Protocol);
                    writer.WriteString("breaks", mutant.Breaks);
                    writer.WriteString("property", mutant.Property);
                    writer.WriteString("scenario", mutant.Search.Scenario);
                    writer.WriteString("strategy", mutant.Search.Strategy);
                    writer.WriteNumber("faults", mutant.Search.Faults);
                    writer.WriteString("faultKinds", mutant.Search.FaultKinds);
                    writer.WriteString("faultsOn", mutant.Search.FaultsOn);
                    writer.WriteEndObject();
                }
                writer.WriteEndArray();
            });
            return ExitCode.AsExpected;
        }
        session.Renderer.Table(new TextTable(
            [new("mutant", false), new("protocol", false), new("caught by", false),
                new("in", false), new("with", false), new("breaks", false)],
            [.. MutantCatalog.All.Select(mutant => (ImmutableArray<Cell>)
                [mutant.Name, mutant.Protocol, mutant.Property, mutant.Search.Scenario, mutant.Search.Strategy, mutant.Breaks])]));
        return ExitCode.AsExpected;
    }
}
