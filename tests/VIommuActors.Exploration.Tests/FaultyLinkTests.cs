using VIommuActors.Exploration.Strategies;
using VIommuActors.PeerModel;

namespace VIommuActors.Exploration.Tests;

/// <summary>Loss and doubling of protocol messages.</summary>
public sealed class FaultyLinkTests
{
    [Theory]
    [InlineData(PeerProtocol.Drain, 1, 0)]
    [InlineData(PeerProtocol.Drain, 0, 1)]
    [InlineData(PeerProtocol.Ats, 1, 1)]
    public void One_loss_and_one_doubling_a_link_make_no_stale_access(PeerProtocol protocol, int drops, int duplicates)
    {
        var options = new PeerOptions(protocol) { DropsPerLink = drops, DuplicatesPerLink = duplicates };
        var result = PeerFixture.Explore(options, "dpor", maxSchedules: 100_000);
        Assert.True(result.Complete, string.Join(' ', result.NotExplored));
        Assert.Equal(0, result.Violations);
        Assert.Equal(result.DistinctTraces, result.Schedules);
        var faultless = PeerFixture.Explore(new PeerOptions(protocol), "dpor");
        Assert.True(result.Schedules > faultless.Schedules);
    }

    [Fact]
    public void The_reduction_finds_the_executions_of_the_full_search_with_faults()
    {
        var options = new PeerOptions(PeerProtocol.Ats) { DropsPerLink = 1 };
        var full = PeerFixture.Explore(options, "dfs", maxSchedules: 400_000);
        var reduced = PeerFixture.Explore(options, "dpor");
        Assert.True(full.Complete && reduced.Complete);
        Assert.Equal((full.DistinctTraces, full.DistinctTraces), (reduced.DistinctTraces, reduced.Schedules));
    }

    [Fact]
    public void Without_the_epoch_check_one_doubled_completion_is_enough()
    {
        var options = new PeerOptions(PeerProtocol.Drain, Rounds: 2, Defect: PeerDefect.D3);
        using var fixture = new PeerFixture(options);
        var found = fixture.Explore(new DporStrategy(), maxSchedules: 200_000, stop: true).FirstViolation;
        Assert.Equal(PeerWorld.StaleAccess, found?.Property);
        Assert.InRange(found!.Steps, 26, 41);
    }
}
