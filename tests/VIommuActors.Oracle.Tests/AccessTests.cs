using VIommuActors.Vtd;

namespace VIommuActors.Oracle.Tests;

public class AccessTests
{
    private readonly Bench _bench = new();

    [Fact]
    public void An_access_through_a_live_mapping_is_no_violation()
    {
        _bench.Map(0xfffff000, 0x5000);
        _bench.Write(0xfffff000, 0x5000);
        _bench.Read(0xffffff80, 0x5f80);
        Assert.Equal("", _bench.Broken);
    }

    [Fact]
    public void A_write_after_the_invalidation_was_seen_complete_is_stale()
    {
        var grant = _bench.Map(0xfffff000, 0x5000);
        _bench.Revoke(grant);
        _bench.Write(0xfffff040, 0x5040);
        Assert.Equal("stale-write", _bench.Broken);
        Assert.Equal((1L, 0L), (_bench.Oracle.Count(Property.StaleWrite), _bench.Oracle.Count(Property.StaleRead)));
    }

    [Fact]
    public void A_read_after_the_invalidation_was_seen_complete_is_stale()
    {
        _bench.Revoke(_bench.Map(0xfffff000, 0x5000));
        _bench.Read(0xfffff000, 0x5000);
        Assert.Equal("stale-read", _bench.Broken);
    }

    [Fact]
    public void Between_clearing_and_the_completed_invalidation_an_access_is_legitimate()
    {
        var grant = _bench.Map(0xfffff000, 0x5000);
        _bench.Oracle.Withdrawn(grant);
        _bench.Write(0xfffff000, 0x5000);
        Assert.Equal("", _bench.Broken);
    }

    [Fact]
    public void A_buffer_handed_back_early_is_exposed_but_not_violated()
    {
        var grant = _bench.Map(0xfffff000, 0x5000);
        _bench.Oracle.Withdrawn(grant);
        _bench.Oracle.HandedBack(grant);
        _bench.Write(0xfffff000, 0x5000);
        Assert.Equal(("", 1L), (_bench.Broken, _bench.Oracle.ExposedAccesses));
        _bench.Oracle.Revoked(grant);
        _bench.Write(0xfffff000, 0x5000);
        Assert.Equal(("stale-write", 1L), (_bench.Broken, _bench.Oracle.ExposedAccesses));
    }

    [Fact]
    public void A_frame_that_was_never_mapped_is_an_escape()
    {
        _bench.Map(0xfffff000, 0x5000);
        _bench.Write(0xfffff000, 0x6000);
        _bench.Read(0xffffe000, 0x6000);
        Assert.Equal("escape escape", _bench.Broken);
    }

    [Fact]
    public void A_device_that_belongs_to_no_domain_escapes_wherever_it_lands()
    {
        _bench.Map(0xfffff000, 0x5000);
        _bench.Write(0xfffff000, 0x5000, new SourceId(0x99));
        Assert.Equal("escape", _bench.Broken);
    }

    [Fact]
    public void A_write_through_a_read_only_mapping_is_an_escape_while_it_lives_and_after_it_is_gone()
    {
        var grant = _bench.Map(0xfffff000, 0x5000, writable: false);
        _bench.Read(0xfffff000, 0x5000);
        _bench.Write(0xfffff000, 0x5000);
        Assert.Equal("escape", _bench.Broken);
        _bench.Revoke(grant);
        _bench.Write(0xfffff000, 0x5000);
        _bench.Read(0xfffff000, 0x5000);
        Assert.Equal("escape escape stale-read", _bench.Broken);
    }

    [Fact]
    public void A_read_through_a_write_only_mapping_is_an_escape()
    {
        _bench.Map(0xfffff000, 0x5000, readable: false);
        _bench.Read(0xfffff000, 0x5000);
        _bench.Write(0xfffff000, 0x5000);
        Assert.Equal("escape", _bench.Broken);
    }

    [Fact]
    public void A_stale_write_is_seen_although_the_frames_latest_mapping_was_read_only()
    {
        _bench.Revoke(_bench.Map(0xfffff000, 0x5000));
        var readOnly = _bench.Map(0xfffff000, 0x5000, writable: false);
        _bench.Write(0xfffff000, 0x5000);
        Assert.Equal("stale-write", _bench.Broken);
        _bench.Revoke(readOnly);
        _bench.Write(0xfffff000, 0x5000);
        Assert.Equal("stale-write stale-write", _bench.Broken);
    }

    [Fact]
    public void A_frame_that_moved_to_another_address_is_stale_at_the_old_one()
    {
        _bench.Revoke(_bench.Map(0xfffff000, 0x5000));
        _bench.Map(0xffffe000, 0x5000);
        _bench.Write(0xffffe000, 0x5000);
        Assert.Equal("", _bench.Broken);
        _bench.Write(0xfffff000, 0x5000);
        Assert.Equal("stale-write", _bench.Broken);
    }

    [Fact]
    public void An_address_that_moved_to_another_frame_is_stale_at_the_old_frame()
    {
        _bench.Revoke(_bench.Map(0xfffff000, 0x5000));
        _bench.Map(0xfffff000, 0x6000);
        _bench.Write(0xfffff000, 0x6000);
        Assert.Equal("", _bench.Broken);
        _bench.Write(0xfffff000, 0x5000);
        Assert.Equal("stale-write", _bench.Broken);
    }

    [Fact]
    public void The_same_frame_granted_again_at_the_same_address_is_legitimate_again()
    {
        _bench.Revoke(_bench.Map(0xfffff000, 0x5000));
        var again = _bench.Map(0xfffff000, 0x5000);
        _bench.Write(0xfffff000, 0x5000);
        Assert.Equal("", _bench.Broken);
        _bench.Revoke(again);
        _bench.Write(0xfffff000, 0x5000);
        Assert.Equal("stale-write", _bench.Broken);
    }

    [Fact]
    public void Of_two_grants_at_one_address_each_ends_for_itself()
    {
        var older = _bench.Map(0xfffff000, 0x5000);
        var newer = _bench.Map(0xfffff000, 0x6000);
        _bench.Write(0xfffff000, 0x5000);
        _bench.Write(0xfffff000, 0x6000);
        Assert.Equal("", _bench.Broken);
        _bench.Revoke(older);
        _bench.Write(0xfffff000, 0x6000);
        Assert.Equal("", _bench.Broken);
        _bench.Write(0xfffff000, 0x5000);
        Assert.Equal("stale-write", _bench.Broken);
        _bench.Revoke(newer);
        _bench.Write(0xfffff000, 0x6000);
        Assert.Equal("stale-write stale-write", _bench.Broken);
    }

    [Fact]
    public void Of_two_equal_grants_the_one_that_lives_keeps_the_frame_legitimate()
    {
        var older = _bench.Map(0xfffff000, 0x5000);
        _bench.Map(0xfffff000, 0x5000);
        _bench.Revoke(older);
        _bench.Write(0xfffff000, 0x5000);
        Assert.Equal("", _bench.Broken);
    }

    [Fact]
    public void A_mapping_of_another_domain_excuses_nothing()
    {
        _bench.Map(0xfffff000, 0x5000, domain: Bench.OtherDomain);
        _bench.Write(0xfffff000, 0x5000);
        Assert.Equal("escape", _bench.Broken);
        _bench.Write(0xfffff000, 0x5000, Bench.OtherDevice);
        Assert.Equal("escape", _bench.Broken);
    }

    [Fact]
    public void The_past_of_another_domain_makes_an_escape_no_stale_access()
    {
        _bench.Revoke(_bench.Map(0xfffff000, 0x5000, domain: Bench.OtherDomain));
        _bench.Write(0xfffff000, 0x5000);
        Assert.Equal("escape", _bench.Broken);
    }

    [Fact]
    public void The_same_requester_id_in_another_guest_is_another_device()
    {
        _bench.Oracle.Attached(1, Bench.Device, new DomainKey(9));
        _bench.Map(0xfffff000, 0x5000);
        _bench.Write(0xfffff000, 0x5000, guest: 1);
        Assert.Equal("escape", _bench.Broken);
        Assert.Equal(1, _bench.Oracle.Violations[0].Guest);
        _bench.Map(0xfffff000, 0x5000, domain: new DomainKey(9));
        _bench.Write(0xfffff000, 0x5000, guest: 1);
        Assert.Equal("escape", _bench.Broken);
    }

    [Fact]
    public void A_device_that_changes_its_domain_is_judged_by_the_new_one()
    {
        _bench.Map(0xfffff000, 0x5000, domain: Bench.OtherDomain);
        _bench.Oracle.Attached(0, Bench.Device, Bench.OtherDomain);
        _bench.Write(0xfffff000, 0x5000);
        Assert.Equal("", _bench.Broken);
    }

    [Theory]
    [InlineData(Bench.Page, 0xfffff000, 0x5000, 0x000)]
    [InlineData(Bench.Page, 0xfffff000, 0x5000, 0xfff)]
    [InlineData(Bench.Large, 0xffe00000, 0x40000000, 0x1ff040)]
    [InlineData(Bench.Huge, 0x80000000, 0x40000000, 0x3ffff040)]
    public void A_page_of_any_size_is_live_to_its_last_byte_and_stale_to_its_last_byte(ulong mask, ulong iova, ulong frame, ulong offset)
    {
        var grant = _bench.Map(iova, frame, mask);
        _bench.Write(iova + offset, frame + offset);
        Assert.Equal("", _bench.Broken);
        _bench.Write(iova + offset, frame + mask + 1 + offset);
        Assert.Equal("escape", _bench.Broken);
        _bench.Revoke(grant);
        _bench.Write(iova + offset, frame + offset);
        Assert.Equal("escape stale-write", _bench.Broken);
    }

    [Theory]
    [InlineData(Bench.Page, 0x0, 0x40)]
    [InlineData(Bench.Large, 0x3000, 0x5000)]
    public void The_right_page_at_the_wrong_offset_is_an_escape(ulong mask, ulong at, ulong lands)
    {
        _bench.Map(0x80000000, 0x40000000, mask);
        _bench.Write(0x80000000 + at, 0x40000000 + lands);
        Assert.Equal("escape", _bench.Broken);
    }

    [Fact]
    public void Pages_of_a_buffer_need_not_be_adjacent()
    {
        var grant = _bench.Map(0xffffc000, [0x5000, 0x9000, 0x7000]);
        _bench.Write(0xffffd000, 0x9000);
        _bench.Write(0xffffe000, 0x7000);
        Assert.Equal("", _bench.Broken);
        _bench.Write(0xffffd000, 0x7000);
        Assert.Equal("escape", _bench.Broken);
        _bench.Revoke(grant);
        _bench.Write(0xffffe000, 0x7000);
        Assert.Equal("escape stale-write", _bench.Broken);
    }

    [Fact]
    public void A_small_page_at_the_first_frame_of_a_large_one_does_not_hide_its_past()
    {
        _bench.Revoke(_bench.Map(0x80000000, 0x40000000, Bench.Large));
        _bench.Revoke(_bench.Map(0xfffff000, 0x40000000));
        _bench.Write(0x80003000, 0x40003000);
        Assert.Equal("stale-write", _bench.Broken);
    }

    [Fact]
    public void A_stale_access_names_the_latest_mapping_of_any_size()
    {
        var small = _bench.At(1).Map(0xfffff000, 0x40000000);
        _bench.At(2).Revoke(small);
        var large = _bench.At(3).Map(0x80000000, 0x40000000, Bench.Large);
        _bench.At(4).Revoke(large);
        _bench.At(5).Write(0x80000000, 0x40000000);
        Assert.Equal((new Moment(3, 30), new Moment(4, 40)), (_bench.Oracle.Violations[0].Granted, _bench.Oracle.Violations[0].Revoked));
    }

    [Fact]
    public void Revoking_twice_changes_nothing()
    {
        var grant = _bench.At(1).Map(0xfffff000, 0x5000);
        _bench.At(2).Revoke(grant);
        _bench.At(3).Revoke(grant);
        _bench.At(4).Write(0xfffff000, 0x5000);
        Assert.Equal((2L, 1), (_bench.Oracle.Violations[0].Revoked?.Step, _bench.Oracle.Violations[0].Generation));
    }
}
