using VIommuActors.Protocols.DrainOnInvalidate;
using VIommuActors.Protocols.Messages;
using VIommuActors.Protocols.Seam;
using VIommuActors.Protocols.Tests.Support;
using VIommuActors.Vtd;

namespace VIommuActors.Protocols.Tests.DrainOnInvalidate;

public sealed class DrainingDeviceTests
{
    private static readonly DrainScope FourPages = new(false, Cast.Domain, new Iova(0x10200000), 4);

    private readonly DeviceBench _device = new(new DrainProtocol());

    [Fact]
    public void Idle_device_acknowledges_at_once()
    {
        Drain(1, FourPages);
        Assert.Equal(new DrainAck(Cast.Device, 1), _device.Take<DrainAck>(Cast.Dummy));
    }

    [Fact]
    public void Access_in_flight_is_waited_for()
    {
        Touch(0, 0x10200000, 0x10100000);
        Drain(1, FourPages);
        _device.NothingSent();

        _device.Done(0);

        Assert.Equal(1, _device.Take<DrainAck>(Cast.Dummy).Epoch);
    }

    [Theory]
    [InlineData(0x10204000, 0xfff, 5)] // the page behind the range
    [InlineData(0x101ff000, 0xfff, 5)] // the page before it
    [InlineData(0x10200000, 0xfff, 6)] // another domain
    public void Access_outside_of_the_scope_is_not_waited_for(ulong iova, ulong mask, ushort domain)
    {
        Touch(0, iova, 0x10100000, mask, domain);

        Drain(1, FourPages);

        _device.Take<DrainAck>(Cast.Dummy);
    }

    [Fact]
    public void Access_through_a_large_page_that_the_range_touches_is_waited_for()
    {
        Touch(0, 0x10300000, 0x10400000, mask: 0x1fffff);

        Drain(1, FourPages);

        _device.NothingSent();
    }

    [Fact]
    public void Slot_whose_translation_is_under_way_counts_for_every_scope()
    {
        _device.Start(0, 0x20000000);
        var call = _device.Take<TranslateCall>(Cast.Unit);

        Drain(1, FourPages);
        _device.NothingSent();
        _device.Reply(call, 0x10900000, domain: 9);
        _device.Access(0, 0x10900000, 64);
        _device.NothingSent();
        _device.Done(0);

        _device.Take<DrainAck>(Cast.Dummy);
    }

    [Fact]
    public void Refused_translation_ends_the_waiting()
    {
        _device.Start(0, 0x10200000);
        var call = _device.Take<TranslateCall>(Cast.Unit);
        Drain(1, FourPages);

        _device.Fault(call);

        _device.Take<DrainAck>(Cast.Dummy);
    }

    [Fact]
    public void Pages_translated_ahead_are_all_waited_for()
    {
        _device.Continue = (slot, bytes) => { if (_device.Progresses.Count == 1) _device.Start(slot, 0x10201000, 0x1000, use: TranslationUse.AheadOfAccess); };
        _device.Start(0, 0x10200000, 0x2000, use: TranslationUse.AheadOfAccess);
        _device.Translate(0, 0x10100000);
        _device.Translate(0, 0x10700000);
        _device.Access(0, 0x10100000, 0x1000);
        Drain(1, new DrainScope(false, Cast.Domain, new Iova(0x10201000), 1));

        _device.Done(0);
        _device.Access(0, 0x10700000, 0x1000);
        _device.NothingSent();
        _device.Done(0);

        _device.Take<DrainAck>(Cast.Dummy);
    }

    [Fact]
    public void Only_slots_that_had_a_translation_are_waited_for()
    {
        Touch(0, 0x10200000, 0x10100000);
        Drain(1, FourPages);
        Touch(1, 0x10201000, 0x10101000);

        _device.Done(0);

        _device.Take<DrainAck>(Cast.Dummy);
    }

    [Fact]
    public void Device_that_is_never_idle_acknowledges_although_new_requests_keep_coming()
    {
        _device.Continue = (slot, _) => _device.Start(slot, 0x10200000);
        for (var slot = 0; slot < 4; slot++) Touch(slot, 0x10200000, 0x10100000);
        Drain(1, DrainScope.All);

        for (var slot = 0; slot < 4; slot++)
        {
            _device.Done(slot);
            if (slot == 3) Assert.Equal(1, _device.Take<DrainAck>(Cast.Dummy).Epoch);
            _device.Translate(slot, 0x10100000);
            _device.Access(slot, 0x10100000, 64);
        }
        _device.NothingSent();
    }

    [Fact]
    public void Drain_asked_for_twice_while_it_runs_is_acknowledged_once()
    {
        Touch(0, 0x10200000, 0x10100000);
        Drain(1, FourPages);
        Drain(1, FourPages);

        _device.Done(0);

        _device.Take<DrainAck>(Cast.Dummy);
        _device.NothingSent();
    }

    [Fact]
    public void Drain_asked_for_again_after_its_end_is_acknowledged_again()
    {
        Drain(1, FourPages);
        _device.Take<DrainAck>(Cast.Dummy);

        Drain(1, FourPages);

        Assert.Equal(1, _device.Take<DrainAck>(Cast.Dummy).Epoch);
    }

    [Fact]
    public void Drains_of_several_epochs_end_each_by_itself()
    {
        Touch(0, 0x10200000, 0x10100000);
        Drain(1, FourPages);
        Touch(1, 0x10201000, 0x10101000);
        Drain(2, FourPages);

        _device.Done(0);
        Assert.Equal(1, _device.Take<DrainAck>(Cast.Dummy).Epoch);
        _device.NothingSent();
        _device.Done(1);

        Assert.Equal(2, _device.Take<DrainAck>(Cast.Dummy).Epoch);
    }

    [Fact]
    public void Held_mapping_in_scope_is_revoked()
    {
        Hold(0, 0x10200000, 0x10100000);

        Drain(1, FourPages);
        _device.Take<DrainAck>(Cast.Dummy);

        _device.Start(0, 0x10200000, use: TranslationUse.Held);
        _device.Take<TranslateCall>(Cast.Unit);
    }

    [Fact]
    public void Held_mapping_out_of_scope_stays()
    {
        Hold(0, 0x10300000, 0x10100000);

        Drain(1, FourPages);
        _device.Take<DrainAck>(Cast.Dummy);

        _device.Start(0, 0x10300000, use: TranslationUse.Held);
        _device.Access(0, 0x10100000, 64);
    }

    [Fact]
    public void Held_mapping_that_is_being_used_is_revoked_and_its_use_waited_for()
    {
        Hold(0, 0x10200000, 0x10100000);
        _device.Start(0, 0x10200000, use: TranslationUse.Held);
        _device.Access(0, 0x10100000, 64);

        Drain(1, FourPages);
        _device.NothingSent();
        _device.Done(0);
        _device.Take<DrainAck>(Cast.Dummy);

        _device.Start(0, 0x10200000, use: TranslationUse.Held);
        _device.Take<TranslateCall>(Cast.Unit);
    }

    [Fact]
    public void Translation_asked_before_the_drain_and_arriving_after_it_is_used_but_not_held()
    {
        _device.Start(0, 0x10200000, use: TranslationUse.Held);
        var call = _device.Take<TranslateCall>(Cast.Unit);
        Drain(1, FourPages);
        _device.Reply(call, 0x10100000);
        _device.Access(0, 0x10100000, 64);
        _device.Done(0);
        _device.Take<DrainAck>(Cast.Dummy);

        _device.Start(0, 0x10200000, use: TranslationUse.Held);

        _device.Take<TranslateCall>(Cast.Unit);
    }

    private void Drain(long epoch, DrainScope scope) => _device.Receive(new Drain(Cast.Dummy, epoch, scope));

    private void Touch(int slot, ulong iova, ulong page, ulong mask = 0xfff, ushort domain = 5)
    {
        _device.Start(slot, iova);
        _device.Translate(slot, page, mask, domain);
        _device.Access(slot, page | (iova & mask), 64);
    }

    private void Hold(int slot, ulong iova, ulong page)
    {
        _device.Start(slot, iova, use: TranslationUse.Held);
        _device.Translate(slot, page);
        _device.Access(slot, page, 64);
        _device.Done(slot);
    }
}
