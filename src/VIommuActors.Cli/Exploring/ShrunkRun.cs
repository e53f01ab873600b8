using VIommuActors.Cli.Running;
using VIommuActors.Experiments.Exploring;
using VIommuActors.Experiments.Running;
using VIommuActors.Oracle;
using VIommuActors.Scenarios;
using VIommuActors.Trace;

namespace VIommuActors.Cli.Exploring;

/// <summary>
/// A run in virtual time made shorter: its scenario cut by cut, and the seed, for a run with the same violation and fewer steps.
/// </summary>
/// <remarks>A run has no choices that could be left out: its order follows from latencies and seed.</remarks>
internal sealed class ShrunkRun : IShrunkTrace
{
    private const int SeedsPerCut = 10;

    private readonly string _protocol, _tool;
    private readonly Property _property;
    private readonly IRunner _runner;
    private readonly CancellationToken _cancel;
    private LoadedScenario _loaded;
    private ulong _seed;
    private readonly List<string> _cuts = [];

    private ShrunkRun(ToolSession session, RecordedTrace recorded, LoadedScenario loaded, Property property, long steps, IRunner runner)
    {
        (_protocol, _tool, _seed) = (recorded.Header.Protocol, recorded.Header.Tool, recorded.Header.Seed);
        (_loaded, _property, Steps, _runner, _cancel) = (loaded, property, steps, runner, session.Cancel);
    }

    public string Property => Properties.NameOf(_property);

    public long Steps { get; private set; }

    public int Faults => 0;

    public IReadOnlyList<string> Cuts => _cuts;

    public long Attempts { get; private set; } = 1;

    public string Sentence { get; private set; } = "";

    /// <summary>Shrinks the run of a trace; null when it breaks nothing.</summary>
    public static ShrunkRun? Of(ToolSession session, RecordedTrace recorded, LoadedScenario loaded)
    {
        var runner = session.Host.CreateRunner();
        var first = runner.Run(new RunRequest(loaded.Scenario, recorded.Header.Protocol, recorded.Header.Seed), session.Cancel);
        if (BrokenBy(first) is not { } property)
        {
            runner.Dispose();
            return null;
        }
        var shrunk = new ShrunkRun(session, recorded, loaded, property, first.Steps, runner);
        session.Progress().During("shrink", 0, _ =>
        {
            while (shrunk.TakeCut())
            {
            }
            return true;
        });
        return shrunk;
    }

    /// <inheritdoc/>
    public string Write(RunFolder folder)
    {
        AtomicFile.WriteText(folder.File("scenario.conf"), ScenarioPrinter.Print(_loaded));
        var file = folder.File(CounterexampleFiles.Trace);
        var result = AtomicFile.Write(file, stream =>
        {
            using var writer = new TraceWriter(stream, new TraceHeader(_loaded.Scenario.Name, _protocol, _seed, _tool));
            var run = _runner.Run(new RunRequest(_loaded.Scenario, _protocol, _seed, writer), CancellationToken.None);
            writer.Complete();
            return run;
        });
        _runner.Dispose();
        Sentence = result.Figures.Details.First(violation => violation.Property == _property).ToString();
        return file;
    }

    private bool TakeCut()
    {
        foreach (var cut in ScenarioCuts.Of(_loaded.Scenario))
        {
            if (Smaller(cut) is not { } smaller) continue;
            for (var i = 0UL; i < SeedsPerCut && !_cancel.IsCancellationRequested; i++)
            {
                Attempts++;
                var result = _runner.Run(new RunRequest(smaller.Scenario, _protocol, unchecked(_seed + i)), _cancel);
                if (result.Figures[_property] == 0 || result.Steps >= Steps) continue;
                (_loaded, _seed, Steps) = (smaller, unchecked(_seed + i), result.Steps);
                _cuts.Add(cut);
                return true;
            }
        }
        return false;
    }

    private LoadedScenario? Smaller(string cut)
    {
        try
        {
            var smaller = ScenarioText.Load(ScenarioPrinter.Print(_loaded), [cut]);
            return ScenarioRunner.ProtocolsFor(smaller.Scenario).Contains(_protocol) ? smaller : null;
        }
        catch (ScenarioException)
        {
            return null; // a cut that leaves no scenario
        }
    }

    private static Property? BrokenBy(RunResult result)
    {
        foreach (var property in Properties.All)
        {
            if (result.Figures[property] > 0) return property;
        }
        return null;
    }
}
