using VIommuActors.Cli.Reporting;
using VIommuActors.Cli.Running;
using VIommuActors.Experiments.Exploring;
using VIommuActors.Scenarios;
using VIommuActors.Simulation;

namespace VIommuActors.Cli.Exploring;

/// <summary>A searched schedule made shorter: choices, faults and the scenario itself.</summary>
internal sealed class ShrunkSearch : IShrunkTrace
{
    private readonly SmallerCounterexample _smaller;
    private readonly string _strategy;

    private ShrunkSearch(SmallerCounterexample smaller, string strategy) => (_smaller, _strategy) = (smaller, strategy);

    public string Property => _smaller.Schedule.Property;

    public long Steps => _smaller.Schedule.Steps;

    public int Faults => _smaller.Schedule.Faults;

    public IReadOnlyList<string> Cuts => _smaller.Cuts;

    public long Attempts => _smaller.Attempts;

    public string Sentence { get; private set; } = "";

    /// <summary>Shrinks the schedule of a trace; null when it breaks nothing any more.</summary>
    public static ShrunkSearch? Of(ToolSession session, RecordedTrace recorded, LoadedScenario loaded)
    {
        var setup = recorded.Setup(loaded);
        using var system = SimSystem.Create("viommu");
        var shrinker = new ScenarioShrinker(system, Smaller);
        var smaller = session.Progress().During(
            "shrink", 0, _ => shrinker.Shrink(setup, recorded.Header.Search!.Choices, session.Cancel));
        return smaller is null ? null : new ShrunkSearch(smaller, recorded.Header.Search!.Strategy);
    }

    /// <inheritdoc/>
    public string Write(RunFolder folder)
    {
        var file = folder.File(CounterexampleFiles.Trace);
        var header = _smaller.Setup.Header(_strategy, _smaller.Schedule.Choices, ToolVersion.Number);
        Sentence = CounterexampleFiles.Write(file, _smaller.Setup, header, Property).Sentence!;
        return file;
    }

    /// <summary>The scenario with a cut on top.</summary>
    private static LoadedScenario Smaller(LoadedScenario loaded, IReadOnlyList<string> cuts) =>
        ScenarioText.Load(ScenarioPrinter.Print(loaded), cuts);
}
