using VIommuActors.PeerModel;

namespace VIommuActors.Exploration.Tests;

/// <summary>The reduction runs every inequivalent execution exactly once.</summary>
public sealed class ReductionTests
{
    [Theory]
    [InlineData(PeerProtocol.Translate, 1, 1, 1, 6, 1)]
    [InlineData(PeerProtocol.Memcpy, 1, 1, 1, 5, 0)]
    [InlineData(PeerProtocol.Ats, 1, 1, 1, 26, 0)]
    [InlineData(PeerProtocol.Drain, 1, 1, 1, 47, 0)]
    [InlineData(PeerProtocol.Translate, 1, 2, 1, 56, 22)]
    [InlineData(PeerProtocol.Memcpy, 1, 2, 1, 30, 0)]
    [InlineData(PeerProtocol.Ats, 1, 2, 1, 1_928, 0)]
    [InlineData(PeerProtocol.Drain, 1, 2, 1, 2_240, 0)]
    [InlineData(PeerProtocol.Translate, 1, 1, 2, 475, 231)]
    [InlineData(PeerProtocol.Memcpy, 1, 1, 2, 92, 0)]
    [InlineData(PeerProtocol.Ats, 1, 1, 2, 2_450, 0)]
    [InlineData(PeerProtocol.Drain, 1, 1, 2, 7_156, 0)]
    [InlineData(PeerProtocol.Translate, 2, 1, 1, 136_836, 68_976)]
    [InlineData(PeerProtocol.Memcpy, 2, 1, 1, 25_400, 0)]
    public void Dpor_runs_every_inequivalent_execution_exactly_once(
        PeerProtocol protocol, int guests, int devices, int rounds, long executions, long stale)
    {
        var result = PeerFixture.Explore(new PeerOptions(protocol, guests, devices, rounds), "dpor");
        Assert.Equal((executions, executions, 0), (result.Schedules, result.DistinctTraces, result.Redundant));
        Assert.Equal(stale, result.Violations);
        Assert.True(result.Complete, string.Join(' ', result.NotExplored));
    }
}
