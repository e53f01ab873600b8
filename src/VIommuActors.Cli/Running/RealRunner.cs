using VIommuActors.Blueprints.Verdicts;
using VIommuActors.Experiments.Running;
using VIommuActors.RealTime.Scaling;

namespace VIommuActors.Cli.Running;

/// <summary>Runs in real time: the guests of the scenario until they have done their rounds. There is no trace.</summary>
internal sealed class RealRunner : IRunner
{
    /// <inheritdoc/>
    public RunResult Run(RunRequest request, CancellationToken cancel) => Execute(request, cancel).GetAwaiter().GetResult();

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private static async Task<RunResult> Execute(RunRequest request, CancellationToken cancel)
    {
        var protocol = Compatibility.Require(request.Scenario, request.Protocol);
        await using var run = new ScaleRun(new ScaleRequest(request.Scenario, protocol, request.Seed) { CountsCosts = true });
        await run.Start(null, cancel);
        await run.Measure(null, null, cancel);
        var result = await run.Finish(null, cancel);
        return new RunResult(result.Figures, result.IsCancelled ? RunEnding.Cancelled : RunEnding.Complete, result.Figures.Messages);
    }
}
