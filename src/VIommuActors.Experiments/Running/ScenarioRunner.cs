namespace VIommuActors.Experiments.Running;

/// <summary>Runs scenarios in virtual time on one simulated actor system, which is reused from run to run. One thread.</summary>
public sealed class ScenarioRunner : IDisposable
{
    /// <summary>Message kinds that fault rules may name.</summary>
    public static IReadOnlyCollection<string> MessageNames => [];

    /// <summary>Parties that fault rules may name.</summary>
    public static IReadOnlyCollection<string> PartyNames => [];

    /// <summary>Names of the protocols that can run a scenario at all (ats only with queued invalidation).</summary>
    public static IReadOnlyList<string> ProtocolsFor(Scenarios.Model.Scenario scenario) => throw new NotImplementedException();

    /// <summary>Runs to the end, or to a limit.</summary>
    /// <exception cref="UnsupportedCombinationException">The protocol does not work with the scenario's invalidation interface.</exception>
    public RunResult Run(RunRequest request, CancellationToken cancel = default) => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
