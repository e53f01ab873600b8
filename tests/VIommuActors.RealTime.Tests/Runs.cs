using VIommuActors.Blueprints.Figures;
using VIommuActors.Blueprints.Verdicts;
using VIommuActors.Protocols.Seam;
using VIommuActors.RealTime.Scaling;
using VIommuActors.Scenarios;

namespace VIommuActors.RealTime.Tests;

/// <summary>Short runs in real time.</summary>
internal static class Runs
{
    /// <summary>Four small guests that unmap while their devices work.</summary>
    public static ScaleRequest Request(string protocol, params string[] sets)
    {
        var scenario = ScenarioLoader.Load(
            "scale",
            ["topology.guests=4", "workload.rounds=30", "workload.burst=4", "workload.unmap-while-in-flight=true", .. sets]);
        return new ScaleRequest(scenario, Compatibility.Require(scenario, protocol), 1);
    }

    /// <summary>The same with a design of the test's own.</summary>
    public static ScaleRequest Request(IProtocol protocol) => Request(protocol.Name) with { Protocol = protocol };

    /// <summary>A run to its end, or to the end of its window.</summary>
    public static async Task<ScaleResult> Execute(ScaleRequest request, TimeSpan? duration = null, CancellationToken cancel = default)
    {
        await using var run = new ScaleRun(request with { IsEndless = duration is not null });
        await run.Start(null, cancel);
        await run.Measure(duration, null, cancel);
        return await run.Finish(null, cancel);
    }

    /// <summary>Every request that was issued is accounted for.</summary>
    public static void AssertNothingIsLost(RunFigures figures)
    {
        Assert.Equal(figures.Dmas, figures.DmasDone + figures.DmasFaulted + figures.DmasAbandoned);
        Assert.Equal((0L, 0L), (figures.DmasOpen, figures.StuckVcpus));
    }
}
