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
    /// <summary>Boots, works until every guest has had its turn, measures for so long, ends.</summary>
    /// <returns>The result, and CPU time and requests of the measured part.</returns>
    /// <exception cref="InvalidOperationException">Something broke: the figures would be of another thing.</exception>
    public (ScaleResult Result, TimeSpan Cpu, ScaleSample Work) Run(TimeSpan window, TimeSpan warmUp = default)
    {
        var scenario = ScenarioLoader.Load("scale", [$"topology.guests={Guests}", $"workload.burst={Burst}"]);
        var run = new ScaleRun(new ScaleRequest(scenario, Compatibility.Require(scenario, Protocol), 1)
        {
            HasOracle = HasOracle,
            IsEndless = true,
        });
        run.Start().GetAwaiter().GetResult();
        var (began, from) = (Environment.CpuUsage.TotalTime, TimeSpan.Zero);
        run.Measure(warmUp + window, (passed, _) =>
        {
            if (passed < warmUp || from >= warmUp) return;
            (began, from) = (Environment.CpuUsage.TotalTime, passed);
        }).GetAwaiter().GetResult();
        var cpu = Environment.CpuUsage.TotalTime - began;
        var result = run.Finish().GetAwaiter().GetResult();
        return result.Figures.Verdict == Verdict.Held && result.Figures.DmasOpen == 0
            ? (result, cpu, Since(from, result))
            : throw new InvalidOperationException($"{Protocol}: {result.Figures.Verdict}, {result.Figures.DmasOpen} requests open.");
    }

    private static ScaleSample Since(TimeSpan from, ScaleResult result)
    {
        var first = result.Samples.First(sample => TimeSpan.FromMicroseconds(sample.AtNs / 1000) >= from);
        var last = result.Window;
        return new(
            last.AtNs - first.AtNs, last.Dmas - first.Dmas, last.Invalidations - first.Invalidations, last.Messages - first.Messages);
    }
}
