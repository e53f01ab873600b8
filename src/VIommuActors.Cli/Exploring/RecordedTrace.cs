using VIommuActors.Blueprints.Faults;
using VIommuActors.Blueprints.Remarks;
using VIommuActors.Cli.Input;
using VIommuActors.Cli.Reporting;
using VIommuActors.Experiments.Exploring;
using VIommuActors.Scenarios;
using VIommuActors.Trace;
using VIommuActors.Trace.Timeline;

namespace VIommuActors.Cli.Exploring;

/// <summary>A trace file that was read to its end: what has to be known to do it again.</summary>
/// <param name="Path">The file.</param>
/// <param name="Header">Its first line.</param>
/// <param name="Events">How many steps it has.</param>
internal sealed record RecordedTrace(string Path, TraceHeader Header, long Events)
{
    private const string ScenarioFile = "scenario.conf", PlanFile = "plan.json";

    /// <summary>True for the record of a run on several processes: nothing that is known leads to the same order of things again.</summary>
    public bool IsRealTime { get; private init; }

    /// <summary>True for a run under a fault plan for nodes.</summary>
    public bool IsPlanned { get; private init; }

    /// <summary>The fault plan, from the file beside the trace; null for a run without one.</summary>
    /// <exception cref="ToolException">The run had one, and it is not there.</exception>
    public FaultPlan? Plan() => IsPlanned
        ? PlanInput.Read("TRACE", System.IO.Path.Combine(System.IO.Path.GetDirectoryName(Path) ?? "", PlanFile))
        : null;

    /// <summary>Reads a file.</summary>
    /// <exception cref="ToolException">It is not there, or not a trace.</exception>
    public static RecordedTrace Read(string path) => Read(path, reader =>
    {
        var (events, isRealTime, isPlanned) = (0L, false, false);
        while (reader.Read() is { } line)
        {
            events += line is TraceEvent ? 1 : 0;
            isRealTime |= line is TraceNote { Name: TimelineWords.Timeline, By: TimelineWords.ByTimeline }
                or TraceNote { Name: TimelineWords.Half, By: TimelineWords.ByNode };
            isPlanned |= line is TraceNote { Name: PlanRemark.PlanName, By: PlanRemark.By };
        }
        return new RecordedTrace(path, reader.Header, events) { IsRealTime = isRealTime, IsPlanned = isPlanned };
    });

    /// <summary>Makes something of the lines of a file.</summary>
    /// <exception cref="ToolException">The file is not there, or not a trace.</exception>
    public static T Read<T>(string path, Func<TraceReader, T> make)
    {
        if (!File.Exists(path))
        {
            throw ToolException.Usage("TRACE", path, "there is no such file", "a trace.jsonl that `viommu run` or `viommu explore` wrote");
        }
        using var stream = File.OpenRead(path);
        try
        {
            return make(new TraceReader(stream, path));
        }
        catch (TraceFormatException e)
        {
            var place = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{e.File}:{e.Line}: ");
            var message = e.Message.StartsWith(place, StringComparison.Ordinal) ? e.Message[place.Length..] : e.Message;
            throw new ToolException(ExitCode.Usage, [new(e.File, e.Line, 0, "", "", message, "")]);
        }
    }

    /// <summary>
    /// The scenario: a searched run carries it, a run in virtual time has it in the file beside its trace; else it is the one of
    /// that name.
    /// </summary>
    /// <exception cref="ScenarioException">It is none.</exception>
    /// <exception cref="ToolException">The header carries none, or the run was in real time and cannot be done again.</exception>
    public LoadedScenario Scenario()
    {
        if (IsRealTime)
        {
            throw ToolException.Usage(
                "TRACE", Path,
                "a recorded run in real time cannot be done again; its fault plan can, in virtual time: viommu run --plan",
                "a trace.jsonl that `viommu run` or `viommu explore` wrote");
        }
        if (Header.Search is not { } search)
        {
            var beside = System.IO.Path.Combine(System.IO.Path.GetDirectoryName(Path) ?? "", ScenarioFile);
            return ScenarioInput.Load(File.Exists(beside) ? System.IO.Path.GetFullPath(beside) : Header.Scenario, []);
        }
        try
        {
            return ScenarioText.Load(search.Conf, []);
        }
        catch (ScenarioException e)
        {
            // The file that the errors name is gone; what they speak of stands in the header.
            throw new ToolException(ExitCode.Usage,
                [.. e.Errors.Select(error => error with { File = Path, Line = 1, Column = 0, Message = $"\"conf\": {error.Message}" })]);
        }
    }

    /// <summary>What the choices of a searched run mean.</summary>
    /// <exception cref="ToolException">The header names something that this version does not know.</exception>
    public SearchSetup Setup(LoadedScenario loaded)
    {
        try
        {
            return SearchSetup.Of(loaded, Header);
        }
        catch (UnsupportedSearchException e)
        {
            throw new ToolException(ExitCode.Usage, [new(Path, 1, 0, e.Key, e.Value, $"{e.Message}; accepted: {e.Accepted}", e.Accepted)]);
        }
    }
}
