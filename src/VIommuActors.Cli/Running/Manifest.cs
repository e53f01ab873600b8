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
    public string Repro => Command ?? CommandText.Run(Asked, Sets, Protocol, Seed, PlanFile);

    /// <summary>That command where it is not <c>viommu run</c> with what stands here.</summary>
    public string? Command { get; init; }

    /// <summary>True for a run by the host's clock.</summary>
    public bool IsReal { get; init; }

    /// <summary>The manifest before the run (null), or with how it ended.</summary>
    public string Text(RunOutcome? end) => Text(end is null ? null : new ManifestEnd(
        FiguresJson.NameOf(end.Tally.Figures.Verdict),
        FiguresJson.NameOf(end.Tally.Outcome),
        RunView.NameOf(end.Result.Ending),
        end.TraceSha256));

    /// <summary>As above.</summary>
    public string Text(ManifestEnd? end)
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
            writer.WriteString("verdict", end?.Verdict);
            writer.WriteString("outcome", end?.Outcome);
            writer.WriteString("ending", end?.Ending);
            writer.WriteString("traceSha256", end?.TraceSha256);
            writer.WriteString("scenarioSource", Loaded.Source);
            writer.WriteString("scenarioSha256", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(scenario))));
            writer.WriteString("scenarioText", scenario);
        });
    }
}

/// <summary>How a run ended, in words that stay.</summary>
/// <param name="Verdict">The verdict.</param>
/// <param name="Outcome">The verdict held against the expectation.</param>
/// <param name="Ending">What ended it.</param>
/// <param name="TraceSha256">Digest of its trace; null without one.</param>
internal sealed record ManifestEnd(string Verdict, string Outcome, string Ending, string? TraceSha256);
