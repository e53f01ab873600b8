using VIommuActors.Vtd;

namespace VIommuActors.Oracle.Tests;

public class RequestTests
{
    private readonly Bench _bench = new();

    [Fact]
    public void A_refusal_while_the_mapping_is_in_place_is_wrong()
    {
        var grant = Issue(1);
        _bench.Oracle.Finished(1, faulted: true);
        Assert.Equal("wrong-fault", _bench.Broken);
        var violation = Assert.Single(_bench.Oracle.Violations);
        Assert.Equal((1L, Bench.Device, grant.Iova, 0x5000UL), (violation.Work, violation.Source, violation.Iova, violation.Address.Value));
    }

    [Fact]
    public void A_refusal_after_the_entries_were_cleared_is_right()
    {
        _bench.Oracle.Withdrawn(Issue(1));
        _bench.Oracle.Finished(1, faulted: true);
        _bench.Revoke(Issue(2));
        _bench.Oracle.Finished(2, faulted: true);
        Assert.Equal(("", 2L), (_bench.Broken, _bench.Oracle.Faulted));
    }

    [Fact]
    public void A_buffer_handed_back_with_its_entries_in_place_must_not_fault()
    {
        _bench.Oracle.HandedBack(Issue(1));
        _bench.Oracle.Finished(1, faulted: true);
        Assert.Equal("wrong-fault", _bench.Broken);
    }

    [Fact]
    public void A_request_counts_once_however_often_its_end_is_told()
    {
        Issue(1);
        Issue(2);
        _bench.Oracle.Finished(1, faulted: false);
        _bench.Oracle.Finished(1, faulted: true);
        _bench.Oracle.Abandoned(1);
        _bench.Oracle.Abandoned(2);
        _bench.Oracle.Finished(2, faulted: true);
        Assert.Equal(("", 2L, 1L, 0L, 1L, 0), (
            _bench.Broken, _bench.Oracle.Issues, _bench.Oracle.Done, _bench.Oracle.Faulted,
            _bench.Oracle.AbandonedRequests, _bench.Oracle.Unfinished));
    }

    [Fact]
    public void A_guest_that_panicked_misses_nothing_but_its_memory_is_still_judged()
    {
        var grant = Issue(1);
        _bench.Oracle.Panicked(0);
        _bench.Oracle.TimedOut(0, 0, 1_000);
        Assert.Equal(("", 0, 1L), (_bench.Broken, _bench.Oracle.Unfinished, _bench.Oracle.AbandonedRequests));
        _bench.Oracle.TimedOut(1, 0, 1_000);
        _bench.Revoke(grant);
        _bench.Write(grant.Iova.Value, grant.Frames[0].Value);
        _bench.Oracle.Close();
        Assert.Equal("lost-completion stale-write", _bench.Broken);
    }

    [Fact]
    public void Requests_that_are_open_at_the_end_are_lost_in_the_order_of_their_numbers()
    {
        foreach (var work in new[] { 5, 3, 8, 4 }) Issue(work);
        _bench.Oracle.Finished(4, faulted: false);
        Assert.Equal(3, _bench.Oracle.Unfinished);
        _bench.Oracle.Close();
        Assert.Equal("lost-dma lost-dma lost-dma", _bench.Broken);
        Assert.Equal([3, 5, 8], _bench.Oracle.Violations.Select(violation => violation.Work));
        _bench.Oracle.Close();
        Assert.Equal(3, _bench.Oracle.Count(Property.LostDma));
    }

    [Fact]
    public void A_request_whose_device_went_away_is_nobodys_loss()
    {
        Issue(1);
        _bench.Oracle.Abandoned(1);
        _bench.Oracle.Close();
        Assert.Equal(("", 1L), (_bench.Broken, _bench.Oracle.AbandonedRequests));
    }

    [Fact]
    public void A_guest_that_gives_up_has_lost_a_completion()
    {
        _bench.Oracle.TimedOut(3, 1, 10_000_000_000);
        Assert.Equal("lost-completion", _bench.Broken);
        Assert.Equal((3, (SourceId?)null), (_bench.Oracle.Violations[0].Guest, _bench.Oracle.Violations[0].Source));
    }

    [Fact]
    public void Invalidations_are_counted_and_passed_on_with_their_latency()
    {
        var seen = new List<long>();
        var began = 0;
        _bench.Oracle.InvalidationSeen = seen.Add;
        _bench.Oracle.WorkBegan = () => began++;
        _bench.Oracle.WorkBegins(0);
        _bench.Oracle.Invalidated(1500);
        _bench.Oracle.Invalidated(900);
        Assert.Equal((2L, 1), (_bench.Oracle.Invalidations, began));
        Assert.Equal([1500, 900], seen);
    }

    private Grant Issue(long work)
    {
        var grant = _bench.Map(0xfffff000 - ((ulong)work << 12), 0x5000);
        _bench.Oracle.Issued(work, 0, Bench.Device, grant);
        return grant;
    }
}
