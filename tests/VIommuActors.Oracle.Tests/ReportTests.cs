namespace VIommuActors.Oracle.Tests;

public class ReportTests
{
    private readonly Bench _bench = new();

    [Fact]
    public void Counts_and_callbacks_go_on_beyond_the_detail_limit()
    {
        var told = 0;
        _bench.Oracle.Broken = _ => told++;
        for (var i = 0; i < DmaOracle.DetailLimit + 5; i++) _bench.Write(0xfffff000, 0x5000);
        Assert.Equal((205L, 200, 205), (_bench.Oracle.Count(Property.Escape), _bench.Oracle.Violations.Count, told));
    }

    [Fact]
    public void Counts_go_on_when_nobody_listens()
    {
        for (var i = 0; i < DmaOracle.DetailLimit + 5; i++) _bench.Write(0xfffff000, 0x5000);
        Assert.Equal((205L, 200), (_bench.Oracle.Count(Property.Escape), _bench.Oracle.Violations.Count));
    }

    [Fact]
    public void The_generation_counts_how_often_the_frame_was_taken_away()
    {
        for (var i = 0; i < 3; i++) _bench.Revoke(_bench.Map(0xfffff000, 0x5000));
        _bench.Revoke(_bench.Map(0xfffff000, 0x5000, domain: Bench.OtherDomain));
        _bench.Revoke(_bench.Map(0xffffe000, 0x6000));
        _bench.Write(0xfffff010, 0x5010);
        _bench.Write(0xffffe000, 0x6000);
        _bench.Write(0xffffe000, 0x7000);
        Assert.Equal([3, 1, 0], _bench.Oracle.Violations.Select(violation => violation.Generation));
    }

    [Fact]
    public void A_stale_access_tells_its_whole_story_in_one_sentence()
    {
        var grant = _bench.At(3).Map(0xfffff000, 0x5000);
        _bench.At(11).Revoke(grant);
        _bench.At(14).Write(0xfffff040, 0x5040);
        _bench.At(15).Read(0xfffff040, 0x5040);
        Assert.Equal(
            [
                "stale-write: device 00:03.0 wrote frame 0x5040 through iova 0xfffff040 at 140 ns (step 14), "
                + "mapped at step 3; the guest had seen its invalidation complete at 110 ns (step 11)",
                "stale-read: device 00:03.0 read frame 0x5040 through iova 0xfffff040 at 150 ns (step 15), "
                + "mapped at step 3; the guest had seen its invalidation complete at 110 ns (step 11)",
            ],
            _bench.Oracle.Violations.Select(violation => violation.ToString()));
    }

    [Fact]
    public void The_other_breaches_are_sentences_too()
    {
        _bench.At(14).Write(0xfffff040, 0x6040);
        _bench.Oracle.Issued(8, 0, Bench.Device, _bench.Map(0xfffff000, 0x5000));
        _bench.Oracle.Finished(8, faulted: true);
        _bench.Oracle.TimedOut(2, 0, 99);
        _bench.Oracle.Issued(9, 0, Bench.Device, _bench.Map(0xffffe000, 0x5000));
        _bench.Oracle.Close();
        Assert.Equal(
            [
                "escape: device 00:03.0 touched 0x6040 through iova 0xfffff040 at 140 ns (step 14), "
                + "which no mapping of its domain ever allowed",
                "wrong-fault: request 8 of device 00:03.0 was refused by 140 ns (step 14) although its mapping at 0xfffff000 was in place",
                "lost-completion: guest 2 gave up waiting for an invalidation at 140 ns (step 14)",
                "lost-dma: request 9 of device 00:03.0 never ended",
            ],
            _bench.Oracle.Violations.Select(violation => violation.ToString()));
    }

    [Fact]
    public void A_breach_without_an_invalidation_names_no_revocation()
    {
        _bench.At(3);
        _bench.Oracle.Issued(8, 0, Bench.Device, _bench.Map(0xfffff000, 0x5000));
        _bench.At(4).Oracle.Finished(8, faulted: true);
        Assert.Equal((new Moment(4, 40), new Moment(3, 30), (Moment?)null), (
            _bench.Oracle.Violations[0].At, _bench.Oracle.Violations[0].Granted, _bench.Oracle.Violations[0].Revoked));
    }

    [Fact]
    public void Names_and_kinds_of_the_properties_are_those_of_the_reports()
    {
        Assert.Equal(
            ["stale-write", "stale-read", "escape", "wrong-fault", "lost-completion", "lost-dma"],
            Properties.All.Select(Properties.NameOf));
        Assert.Equal([true, true, true, true, false, false], Properties.All.Select(Properties.IsSafety));
        Assert.Throws<ArgumentOutOfRangeException>(() => Properties.NameOf((Property)6));
    }
}
