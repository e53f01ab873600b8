using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using VIommuActors.Blueprints.Verdicts;
using VIommuActors.Cli.Comparing;
using VIommuActors.Cli.Input;
using VIommuActors.Cli.Reporting;
using VIommuActors.Scenarios;

namespace VIommuActors.Cli.Running;

/// <summary>What one needs to know to do a run again. It is written before the run, so that a crash leaves it behind.</summary>
/// <param name="Loaded">The scenario.</param>
/// <param name="Asked">As the user named it.</param>
/// <param name="Sets">Overrides.</param>
/// <param name="Protocol">Name of the design.</param>
/// <param name="Seed">Seed of the run.</param>
/// <param name="Started">Wall clock.</param>
internal sealed record Manifest(
    LoadedScenario Loaded, string Asked, ImmutableArray<string> Sets, string Protocol, ulong Seed, DateTimeOffset Started)
{
    /// <summary>The fault plan for nodes, as the user named its file; null for none.</summary>
    public string? PlanFile { get; init; }

    /// <summary>The command that does it again.</summary>
    public string Repro => CommandText.Run(Asked, Sets, Protocol, Seed, PlanFile);

    /// <summary>The manifest before the run (null), or with how it ended.</summary>
    public string Text(RunOutcome? end)
    {
        var scenario = ScenarioPrinter.Print(Loaded);
        return JsonDocuments.Text("viommu.manifest/1", writer =>
        {
            writer.WriteString("tool", ToolVersion.Number);
            writer.WriteString("commit", ToolVersion.Commit);
            writer.WriteString("runtime", ToolVersion.Runtime);
            writer.WriteString("started", Started.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
            writer.WriteString("repro", Repro);
            if (PlanFile is not null) writer.WriteString("plan", PlanFile);
            writer.WriteString("scenario", Loaded.Scenario.Name);
            writer.WriteString("protocol", Protocol);
            writer.WriteString("seed", Input.Seed.Hex(Seed));
            writer.WriteString("verdict", end is null ? null : FiguresJson.NameOf(end.Tally.Figures.Verdict));
            writer.WriteString("outcome", end is null ? null : FiguresJson.NameOf(end.Tally.Outcome));
            writer.WriteString("ending", end is null ? null : RunView.NameOf(end.Result.Ending));
            writer.WriteString("traceSha256", end?.TraceSha256);
            writer.WriteString("scenarioSource", Loaded.Source);
            writer.WriteString("scenarioSha256", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(scenario))));
            writer.WriteString("scenarioText", scenario);
        });
    }
}
