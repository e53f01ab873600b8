using VIommuActors.Experiments.Running;

namespace VIommuActors.Cli.Running;

/// <summary>Does runs. Tests put runs here that no scenario gives: ones that diverge, fail or never end.</summary>
internal interface IRunner : IDisposable
{
    /// <summary>One run, to its end or to a cancelled token.</summary>
    RunResult Run(RunRequest request, CancellationToken cancel);
}

/// <summary>Runs in virtual time.</summary>
internal sealed class VirtualRunner : IRunner
{
    private readonly ScenarioRunner _runner = new();

    /// <inheritdoc/>
    public RunResult Run(RunRequest request, CancellationToken cancel) => _runner.Run(request, cancel);

    /// <inheritdoc/>
    public void Dispose() => _runner.Dispose();
}
