using System.Collections.Immutable;
using System.CommandLine;
using VIommuActors.Cli.Input;
using VIommuActors.Cli.Reporting;
using VIommuActors.Scenarios;

namespace VIommuActors.Cli.Verbs.Scenarios;

/// <summary><c>viommu scenario show</c>.</summary>
internal sealed class ScenarioShowVerb : Verb
{
    private readonly Argument<string> _name = new("NAME") { Description = "A name from `viommu scenario list` or a path" };
    private readonly Option<bool> _resolved = new("--resolved") { Description = "Every key in effect, and where each value comes from" };
    private readonly ScenarioInput _input = new();

    /// <summary>Declares it.</summary>
    public ScenarioShowVerb(ToolHost host)
        : base(host, "show", "Print a scenario as it is written, or as it resolves")
    {
        Add(_name);
        Add(_resolved);
        Add(_input.Set);
    }

    /// <inheritdoc/>
    public override ImmutableArray<string> Examples { get; } =
    [
        "viommu scenario show stale-dma",
        "viommu scenario show stale-dma --resolved",
        "viommu scenario show stale-dma --set topology.vcpus=8 --json",
    ];

    /// <inheritdoc/>
    protected override ExitCode Run(ParseResult parse, ToolSession session)
    {
        var name = parse.GetValue(_name)!;
        var loaded = _input.Load(name, parse);
        if (session.IsJson)
        {
            WriteJson(session, loaded);
        }
        else if (parse.GetValue(_resolved) || !_input.SetsOf(parse).IsEmpty)
        {
            session.Out.Write(ScenarioPrinter.Print(loaded));
        }
        else
        {
            session.Out.Write(ScenarioLoader.Names.Contains(name) ? ScenarioLoader.TextOf(name) : File.ReadAllText(name));
        }
        return ExitCode.AsExpected;
    }

    private static void WriteJson(ToolSession session, LoadedScenario loaded) =>
        JsonDocuments.Write(session.Out, "viommu.scenario/1", writer =>
        {
            writer.WriteString("name", loaded.Scenario.Name);
            writer.WriteString("source", loaded.Source);
            writer.WriteStartArray("values");
            foreach (var value in loaded.Values)
            {
                writer.WriteStartObject();
                writer.WriteString("key", value.Key);
                writer.WriteString("value", value.Text);
                writer.WriteString("origin", value.Origin);
                writer.WriteString("doc", value.Doc);
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
        });
}
