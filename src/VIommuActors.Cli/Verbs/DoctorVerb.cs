using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using System.Runtime;
using VIommuActors.Cli.Input;
using VIommuActors.Cli.Rendering;
using VIommuActors.Cli.Reporting;
using VIommuActors.Cli.Running;
using VIommuActors.Scenarios;

namespace VIommuActors.Cli.Verbs;

/// <summary><c>viommu doctor</c>: whether the tool can work here, and on what it stands.</summary>
internal sealed class DoctorVerb(ToolHost host) : Verb(host, "doctor", "Check that the tool can work here")
{
    private readonly record struct Check(string Name, bool IsGood, string Finding);

    /// <inheritdoc/>
    public override ImmutableArray<string> Examples { get; } =
        ["viommu doctor", "viommu doctor --json", "VIOMMU_RUNS_DIR=/tmp/runs viommu doctor"];

    /// <inheritdoc/>
    protected override ExitCode Run(ParseResult parse, ToolSession session)
    {
        Check[] checks = [.. Facts(session), Scenarios(), Runs(session)];
        var isGood = checks.All(check => check.IsGood);
        if (session.IsJson)
        {
            JsonDocuments.Write(session.Out, "viommu.doctor/1", writer =>
            {
                writer.WriteBoolean("ok", isGood);
                writer.WriteStartArray("checks");
                foreach (var check in checks)
                {
                    writer.WriteStartObject();
                    writer.WriteString("name", check.Name);
                    writer.WriteBoolean("ok", check.IsGood);
                    writer.WriteString("finding", check.Finding);
                    writer.WriteEndObject();
                }
                writer.WriteEndArray();
            });
        }
        else
        {
            var shown = checks.Where(check => !session.IsQuiet || !check.IsGood);
            session.Renderer.Table(new TextTable(
                [new("check", false), new("", false), new("finding", false)],
                [.. shown.Select(check => ImmutableArray.Create<Cell>(
                    check.Name, new(check.IsGood ? "ok" : "MISSING", check.IsGood ? Tone.Good : Tone.Bad), check.Finding))]));
        }
        return isGood ? ExitCode.AsExpected : ExitCode.Environment;
    }

    private static IEnumerable<Check> Facts(ToolSession session)
    {
        var console = session.Host.Console;
        var culture = CultureInfo.InvariantCulture;
        ThreadPool.GetMinThreads(out var workers, out _);
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 20;
        yield return new("tool", true, $"{ToolVersion.Number}, commit {ToolVersion.Commit ?? "unknown"}");
        yield return new("runtime", true, ToolVersion.Runtime);
        yield return new("cores", true, Environment.ProcessorCount.ToString(culture));
        yield return new("memory", true, string.Create(culture, $"{memory:#,##0} MiB available to this process"));
        yield return new("gc", true, $"{(GCSettings.IsServerGC ? "server" : "workstation")}, {GCSettings.LatencyMode}");
        yield return new("threads", true, string.Create(culture, $"{workers} pool threads at once before new ones are held back"));
        yield return new("timer", true, string.Create(culture, $"{1e9 / session.Host.Clock.TimestampFrequency:0.###} ns resolution"));
        yield return new("stdout", true, console.OutIsTerminal ? "terminal" : "file or pipe: plain text");
        yield return new("stderr", true, console.ErrorIsTerminal ? "terminal" : "file or pipe: progress as lines");
    }

    private static Check Scenarios()
    {
        var broken = new List<string>();
        foreach (var name in ScenarioLoader.Names)
        {
            try
            {
                ScenarioInput.Load(name, []);
            }
            catch (ScenarioException e)
            {
                broken.Add(e.Errors[0].ToString());
            }
        }
        return broken.Count == 0
            ? new("scenarios", true, string.Create(CultureInfo.InvariantCulture, $"all {ScenarioLoader.Names.Length} load"))
            : new("scenarios", false, string.Join("; ", broken));
    }

    // Nothing is left behind, not even the folder: to be able to make it is enough.
    private static Check Runs(ToolSession session)
    {
        var root = Path.GetFullPath(RunFolder.RootOf(session.Host.Console.Variable(VerbHelp.RunsVariable)));
        var existing = root;
        while (!Directory.Exists(existing) && !File.Exists(existing) && Path.GetDirectoryName(existing) is { } above)
        {
            existing = above;
        }
        var probe = Path.Combine(existing, $".viommu-{Environment.ProcessId}.part");
        try
        {
            File.WriteAllText(probe, "");
            File.Delete(probe);
            return new("runs folder", true, $"{root} can be written");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new("runs folder", false, $"{root}: {e.Message} Use {VerbHelp.RunsVariable} or --out DIR.");
        }
    }
}
