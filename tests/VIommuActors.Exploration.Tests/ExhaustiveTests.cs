using VIommuActors.PeerModel;

namespace VIommuActors.Exploration.Tests;

/// <summary>Depth-first search finds exactly the interleavings that an independent checker counted.</summary>
public sealed class ExhaustiveTests
{
    [Theory]
    [InlineData(PeerProtocol.Translate, 1, 1_366, 182, 6, 14)]
    [InlineData(PeerProtocol.Memcpy, 1, 264, 0, 5, 13)]
    [InlineData(PeerProtocol.Ats, 1, 30_912, 0, 26, 18)]
    [InlineData(PeerProtocol.Drain, 1, 206_894, 0, 47, 20)]
    [InlineData(PeerProtocol.Memcpy, 2, 96_064, 0, 30, 18)]
    public void Dfs_runs_every_interleaving_once(
        PeerProtocol protocol, int devices, long interleavings, long stale, long executions, long longest)
    {
        var result = PeerFixture.Explore(new PeerOptions(protocol, Devices: devices), "dfs");
        Assert.Equal(
            (interleavings, stale, executions, longest, true),
            (result.Schedules, result.Violations, result.DistinctTraces, result.LongestSchedule, result.Complete));
        Assert.Empty(result.NotExplored);
    }
}
