using VIommuActors.Exploration.Strategies;
using VIommuActors.PeerModel;
using VIommuActors.Simulation;

namespace VIommuActors.Exploration.Tests;

/// <summary>A simulated system with one peer world.</summary>
internal sealed class PeerFixture : IDisposable
{
    public PeerFixture(PeerOptions options)
    {
        Sim = SimSystem.Create("peer");
        World = new PeerWorld(Sim, options);
        Explorer = new Explorer(Sim.Kernel);
    }

    public SimSystem Sim { get; }

    public PeerWorld World { get; }

    public Explorer Explorer { get; }

    public ExploreResult Explore(IStrategy strategy, long maxSchedules = long.MaxValue, bool stop = false) =>
        Explorer.Explore(World, Options(strategy, maxSchedules) with { StopAtViolation = stop }, CancellationToken.None);

    public static ExploreOptions Options(IStrategy strategy, long maxSchedules = long.MaxValue) =>
        new() { Strategy = strategy, MaxSchedules = maxSchedules, StopAtViolation = false };

    public static ExploreResult Explore(PeerOptions options, string strategy, ulong seed = 0, long maxSchedules = long.MaxValue)
    {
        using var fixture = new PeerFixture(options);
        return fixture.Explore(Strategy.Parse(strategy, seed), maxSchedules);
    }

    public void Dispose() => Sim.Dispose();
}
