using VIommuActors.Exploration;
using VIommuActors.Exploration.Strategies;
using VIommuActors.Scenarios;
using VIommuActors.Simulation;
using VIommuActors.Trace;

namespace VIommuActors.Experiments.Exploring;

/// <summary>A schedule that was run again with its trace.</summary>
/// <param name="Followed">True when every recorded choice was possible and none was missing.</param>
/// <param name="Property">The property that does not hold, or null.</param>
/// <param name="Steps">Its length.</param>
/// <param name="Sentence">The violation in one sentence.</param>
public sealed record TracedSchedule(bool Followed, string? Property, long Steps, string? Sentence)
{
    /// <summary>Runs the choices of a header. The last line of the trace says what the schedule came to.</summary>
    /// <param name="stream">Takes the trace.</param>
    /// <param name="loaded">The scenario.</param>
    /// <param name="header">Of a searched run.</param>
    /// <param name="cancel">Fires when the user interrupts; the trace then ends there.</param>
    /// <exception cref="OperationCanceledException">The user interrupted.</exception>
    /// <exception cref="Running.UnsupportedCombinationException">The design cannot run the scenario.</exception>
    public static TracedSchedule Write(Stream stream, LoadedScenario loaded, TraceHeader header, CancellationToken cancel)
    {
        // A system of its own: what a search left behind cannot show in the trace.
        using var system = SimSystem.Create("viommu");
        using var writer = new TraceWriter(stream, header);
        using var world = MachineSearch.World(system, loaded, header.Protocol, header.Seed, header.Search!.Faults, writer);
        var bounds = MachineSearch.Bounds(loaded, new RandomStrategy(0));
        var result = new Explorer(system.Kernel).Replay(world, header.Search.Choices, null, bounds, cancel);
        cancel.ThrowIfCancellationRequested();
        writer.Note(result.Steps, system.Kernel.NowNs, "search", new VerdictRemark(result.Property));
        writer.Complete();
        var sentence = result.Property is null ? null
            : world.Figures!.Details.FirstOrDefault(one => Oracle.Properties.NameOf(one.Property) == result.Property)?.ToString()
                ?? $"{result.Property}: {string.Join("; ", world.Figures.Remarks.DefaultIfEmpty("a vCPU never ended its work"))}";
        return new TracedSchedule(result.Followed, result.Property, result.Steps, sentence);
    }

    private sealed class VerdictRemark(string? property) : ITraced
    {
        public string Name => "verdict";

        public void Describe(ref TraceFields fields) => fields.AddText("property", property ?? "held");
    }
}
