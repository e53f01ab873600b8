using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using VIommuActors.Cli.Rendering;
using VIommuActors.Cli.Reporting;
using VIommuActors.Cli.Running;
using VIommuActors.Cluster.Timeline;
using VIommuActors.Scenarios;
using VIommuActors.Trace;
using VIommuActors.Trace.Timeline;

namespace VIommuActors.Cli.Verbs.Cluster;

/// <summary><c>viommu cluster timeline</c>: the traces of a machine's halves as one.</summary>
internal sealed class TimelineVerb : Verb
{
    private const string Schema = "viommu.timeline/1";
    private const int MostFiles = 10_000, MostMachines = 100_000;

    private readonly Argument<string[]> _files = new("FILE")
    {
        Description = "Traces of halves (RUN-vmN-pN.jsonl), or folders with such",
        Arity = ArgumentArity.OneOrMore,
    };
    private readonly Option<string?> _machine = new("--machine") { Description = "Which machine, when there are several", HelpName = "N" };
    private readonly Option<string?> _out = new("--out")
    {
        Description = "The merged trace; default: RUN-vmN-timeline.jsonl beside the first file",
        HelpName = "FILE",
    };

    /// <summary>Declares it.</summary>
    public TimelineVerb(ToolHost host)
        : base(host, "timeline", "Merge the traces of a machine's halves into one, by their vector clocks")
    {
        Add(_files);
        Add(_machine);
        Add(_out);
    }

    /// <inheritdoc/>
    public override ImmutableArray<string> Examples { get; } =
    [
        "viommu cluster timeline traces/ --machine 7",
        "viommu cluster timeline a/r1-vm0007-p0.jsonl b/r1-vm0007-p1.jsonl --out race.jsonl",
        "viommu cluster timeline traces/ --machine 7 --json",
    ];

    /// <inheritdoc/>
    protected override ExitCode Run(ParseResult parse, ToolSession session)
    {
        var machine = parse.GetValue(_machine) is { } text ? NumberOf(text) : (int?)null;
        var paths = Paths(parse.GetValue(_files)!);
        try
        {
            var empty = new List<string>();
            var halves = Choose(Read(paths, machine, empty), machine);
            var merged = MergedTimeline.Merge(halves);
            string[] gaps = [.. merged.Gaps, .. empty.Select(path => $"{path} is empty: its process was killed before it wrote")];
            var file = parse.GetValue(_out)
                ?? Path.Combine(Path.GetDirectoryName(paths[0]) ?? "", TraceFiles.NameOfTimeline(merged.Run, merged.Machine));
            Show(session, merged, gaps, file, Keep(file, merged));
            return ExitCode.AsExpected;
        }
        catch (TraceFormatException e)
        {
            var place = string.Create(CultureInfo.InvariantCulture, $"{e.File}:{e.Line}: ");
            var message = e.Message.StartsWith(place, StringComparison.Ordinal) ? e.Message[place.Length..] : e.Message;
            throw new ToolException(ExitCode.Usage, [new ScenarioError(e.File, e.Line, 0, "", "", message, "")]);
        }
    }

    private static int NumberOf(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < MostMachines
            ? number
            : throw ToolException.Usage("--machine", text, "not the number of a machine", $"0 to {Numbers.Count(MostMachines - 1)}");

    /// <summary>The files, those of folders by name; a folder may hold other things as well.</summary>
    private static ImmutableArray<string> Paths(string[] given)
    {
        var paths = ImmutableArray.CreateBuilder<string>();
        foreach (var path in given)
        {
            if (File.Exists(path)) paths.Add(path);
            else if (Directory.Exists(path))
                paths.AddRange(Directory.EnumerateFiles(path, $"*-p*{TraceFiles.Ending}").Order(StringComparer.Ordinal).Take(MostFiles));
            else throw ToolException.Usage("FILE", path, "there is no such file or folder", "traces of halves, or folders with such");
        }
        return paths.Count > 0
            ? paths.ToImmutable()
            : throw ToolException.Usage("FILE", given[0], "no trace of a half is in it", "a folder that nodes were given for traces");
    }

    private static List<HalfTrace> Read(ImmutableArray<string> paths, int? machine, List<string> empty)
    {
        var halves = new List<HalfTrace>();
        foreach (var path in paths)
        {
            // A name says which machine it is; what nobody asked for need not be read.
            if (machine is { } wanted && paths.Length > 1 && TraceFiles.MachineOf(Path.GetFileName(path)) is { } named && named != wanted)
                continue;
            using var stream = File.OpenRead(path);
            if (stream.Length == 0) empty.Add(path);
            else halves.Add(HalfTrace.Read(stream, path));
        }
        return halves;
    }

    private static HalfTrace[] Choose(List<HalfTrace> halves, int? machine)
    {
        var chosen = halves.Where(half => machine is null || half.Machine == machine).ToArray();
        var machines = halves.Select(half => half.Machine).Distinct().Order().ToArray();
        if (chosen.Length == 0)
            throw ToolException.Usage("--machine", Word(machine), "there is no trace of that machine", Some(machines));
        if (machine is null && machines.Length > 1)
            throw ToolException.Usage("--machine", "", "there are traces of several machines", Some(machines));
        var runs = chosen.Select(half => half.Run).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
        return runs.Length == 1
            ? chosen
            : throw ToolException.Usage(
                "FILE", "", $"there are traces of several runs: {string.Join(", ", runs.Take(5))}", "the files of one");
    }

    private static string Word(int? machine) => machine is { } number ? Numbers.Count(number) : "";

    private static string Some(int[] machines) => machines.Length switch
    {
        0 => "a machine that the run has",
        <= 8 => string.Join(", ", machines.Select(machine => machine.ToString(CultureInfo.InvariantCulture))),
        _ => string.Create(CultureInfo.InvariantCulture, $"one of {machines.Length} from {machines[0]} to {machines[^1]}"),
    };

    private static string Keep(string file, MergedTimeline merged)
    {
        try
        {
            return AtomicFile.Write(file, merged.Write);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw ToolException.Environment(file, $"the timeline cannot be written here: {e.Message}");
        }
    }

    private static void Show(ToolSession session, MergedTimeline merged, string[] gaps, string file, string sha256)
    {
        if (session.IsJson)
        {
            session.Out.Write(Json(merged, gaps, file, sha256));
            return;
        }
        var renderer = session.Renderer;
        if (!session.IsQuiet)
        {
            renderer.Line(string.Create(
                CultureInfo.InvariantCulture,
                $"machine {merged.Machine} of run {merged.Run}: {merged.Header.Protocol} in {merged.Header.Scenario}"));
            foreach (var half in merged.Halves)
            {
                var what = half.Process == 0
                    ? "hypervisor half" : string.Create(CultureInfo.InvariantCulture, $"device model of session {half.Process}");
                renderer.Line($"  {what} on {half.Node}: {Numbers.Count(half.Count)} steps");
            }
            foreach (var gap in gaps) renderer.Line(gap, Tone.Bad);
            renderer.Line($"{Numbers.Count(merged.Crossings)} messages crossed; violations: {Numbers.Count(merged.Violations)}");
        }
        renderer.Line($"{Numbers.Count(merged.Steps.Count)} steps in {file}");
    }

    private static string Json(MergedTimeline merged, string[] gaps, string file, string sha256) => JsonDocuments.Text(Schema, writer =>
    {
        writer.WriteString("traceFile", file);
        writer.WriteString("traceSha256", sha256);
        writer.WriteString("run", merged.Run);
        writer.WriteNumber("machine", merged.Machine);
        writer.WriteString("scenario", merged.Header.Scenario);
        writer.WriteString("protocol", merged.Header.Protocol);
        writer.WriteNumber("steps", merged.Steps.Count);
        writer.WriteNumber("crossings", merged.Crossings);
        writer.WriteNumber("violations", merged.Violations);
        writer.WriteStartArray("halves");
        foreach (var half in merged.Halves)
        {
            writer.WriteStartObject();
            writer.WriteNumber("process", half.Process);
            writer.WriteString("node", half.Node);
            writer.WriteNumber("steps", half.Count);
            writer.WriteBoolean("whole", half.IsWhole);
            writer.WriteString("file", half.File);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteStartArray("gaps");
        foreach (var gap in gaps) writer.WriteStringValue(gap);
        writer.WriteEndArray();
    });
}
