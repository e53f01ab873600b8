using VIommuActors.Blueprints.Verdicts;
using VIommuActors.RealTime.Scaling;
using VIommuActors.Scenarios;
using VIommuActors.Scenarios.Model;

namespace VIommuActors.Benchmarks.Subjects;

/// <summary>Guests in real time, as `viommu scale` runs them, in windows that are measured by CPU time.</summary>
/// <param name="Guests">Guests of one vCPU and two devices.</param>
/// <param name="Protocol">The design.</param>
/// <param name="HasOracle">Whether they are judged.</param>
/// <param name="Burst">Requests on one mapping: the more, the less is left of mapping and unmapping.</param>
public sealed record ScaleSubject(int Guests, string Protocol, bool HasOracle = true, int Burst = 8)
{
    /// <summary>Boots, measures for so long, ends.</summary>
    /// <exception cref="InvalidOperationException">Something broke: the figures would be of another thing.</exception>
    public (ScaleResult Result, TimeSpan Cpu) Run(TimeSpan window)
    {
        var scenario = ScenarioLoader.Load("scale", [$"topology.guests={Guests}", $"workload.burst={Burst}"]);
        var run = new ScaleRun(new ScaleRequest(scenario, Compatibility.Require(scenario, Protocol), 1)
        {
            HasOracle = HasOracle,
            IsEndless = true,
        });
        run.Start().GetAwaiter().GetResult();
        var began = Environment.CpuUsage.TotalTime;
        run.Measure(window).GetAwaiter().GetResult();
        var cpu = Environment.CpuUsage.TotalTime - began;
        var result = run.Finish().GetAwaiter().GetResult();
        return result.Figures.Verdict == Verdict.Held && result.Figures.DmasOpen == 0
            ? (result, cpu)
            : throw new InvalidOperationException($"{Protocol}: {result.Figures.Verdict}, {result.Figures.DmasOpen} requests open.");
    }
}
