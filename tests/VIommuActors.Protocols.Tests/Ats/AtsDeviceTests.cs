using VIommuActors.Protocols.Ats;
using VIommuActors.Protocols.Messages;
using VIommuActors.Protocols.Tests.Support;
using VIommuActors.Vtd;
using VIommuActors.Vtd.Translation;

namespace VIommuActors.Protocols.Tests.Ats;

public sealed class AtsDeviceTests
{
    private const ulong Everything = 1UL << 52;

    private readonly DeviceBench _device = new(new AtsProtocol(), 4, ("tlb-entries", "2"), ("invalidate-timeout-ns", "1"));

    [Fact]
    public void First_access_asks_and_the_next_one_to_the_page_does_not()
    {
        Use(0, 0x10200040, 0x10100000);

        _device.Start(1, 0x10200f80, 64);

        _device.Access(1, 0x10100f80, 64);
        _device.NothingSent();
    }

    [Fact]
    public void Request_names_slot_source_address_and_permission()
    {
        _device.Start(3, 0x10200040, isWrite: false);

        Assert.Equal(
            new AtsTranslate(Cast.Device, 3, Cast.Source, new Iova(0x10200040), Permission.Read), _device.Take<AtsTranslate>(Cast.Unit));
    }

    [Fact]
    public void Read_only_entry_does_not_serve_a_write()
    {
        Use(0, 0x10200000, 0x10100000, allowed: Permission.Read, isWrite: false);

        _device.Start(0, 0x10200000, isWrite: true);

        Assert.Equal(Permission.Write, _device.Take<AtsTranslate>(Cast.Unit).Wanted);
    }

    [Fact]
    public void No_access_is_a_refusal_and_is_not_cached()
    {
        _device.Start(0, 0x10200000);
        Answer(_device.Take<AtsTranslate>(Cast.Unit), 0, allowed: Permission.None);
        Assert.Equal([0], _device.Refusals);

        _device.Start(0, 0x10200000);

        _device.Take<AtsTranslate>(Cast.Unit);
    }

    [Fact]
    public void Access_ends_where_the_entry_ends()
    {
        _device.Start(0, 0x10200ff0, 64);
        Answer(_device.Take<AtsTranslate>(Cast.Unit), 0x10100000);

        _device.Access(0, 0x10100ff0, 16);
        _device.Done(0);
        Assert.Equal([(0, 16)], _device.Progresses);
    }

    [Fact]
    public void Oldest_entry_makes_room()
    {
        Use(0, 0x10200000, 0x10100000);
        Use(0, 0x10201000, 0x10101000);
        Use(0, 0x10202000, 0x10102000);

        _device.Start(0, 0x10201000);
        _device.Access(0, 0x10101000, 64);
        _device.Start(1, 0x10200000);
        _device.Take<AtsTranslate>(Cast.Unit);
    }

    [Fact]
    public void Answer_to_an_entry_that_is_there_replaces_it_in_place()
    {
        Use(0, 0x10200000, 0x10100000, allowed: Permission.Read, isWrite: false);
        Use(0, 0x10201000, 0x10101000);
        Use(0, 0x10200000, 0x10100000, allowed: Permission.ReadWrite);

        _device.Start(0, 0x10201000);
        _device.Access(0, 0x10101000, 64);
    }

    [Fact]
    public void Device_without_a_TLB_asks_every_time()
    {
        var device = new DeviceBench(new AtsProtocol(), 1, ("tlb-entries", "0"));
        for (var i = 0; i < 2; i++)
        {
            device.Start(0, 0x10200000);
            var ask = device.Take<AtsTranslate>(Cast.Unit);
            device.Receive(new AtsTranslated(Cast.Unit, ask.Slot, ask.Iova, new GuestPhysical(0x10100000), 0xfff, Permission.ReadWrite));
            device.Access(0, 0x10100000, 64);
            device.Done(0);
        }
    }

    [Fact]
    public void A_second_copy_of_an_older_answer_is_not_taken_for_the_one_that_is_awaited()
    {
        var device = new DeviceBench(new AtsProtocol(), 1, ("tlb-entries", "0"));
        device.Start(0, 0x10200000);
        var first = device.Take<AtsTranslate>(Cast.Unit);
        var old = new AtsTranslated(Cast.Unit, first.Slot, first.Iova, new GuestPhysical(0x10100000), 0xfff, Permission.ReadWrite);
        device.Receive(old);
        device.Access(0, 0x10100000, 64);
        device.Done(0);
        device.Start(0, 0x10200000);
        var second = device.Take<AtsTranslate>(Cast.Unit);

        device.Receive(old);
        device.Receive(old with { Slot = second.Slot, Address = new GuestPhysical(0x10300000) });

        device.Access(0, 0x10300000, 64);
    }

    [Fact]
    public void Idle_device_completes_at_once_and_has_forgotten_the_page()
    {
        Use(0, 0x10200000, 0x10100000);

        Invalidate(7, 0x10200000, 1);

        Assert.Equal(new InvComp(Cast.Device, Cast.Source, 7), _device.Take<InvComp>(Cast.Unit));
        _device.Start(0, 0x10200000);
        _device.Take<AtsTranslate>(Cast.Unit);
    }

    [Fact]
    public void Entries_outside_of_the_range_stay()
    {
        Use(0, 0x10200000, 0x10100000);
        Use(0, 0x10202000, 0x10102000);

        Invalidate(0, 0x10201000, 1);
        _device.Take<InvComp>(Cast.Unit);

        _device.Start(0, 0x10200000);
        _device.Access(0, 0x10100000, 64);
        _device.Start(1, 0x10202000);
        _device.Access(1, 0x10102000, 64);
    }

    [Theory]
    [InlineData(0x10400000, 1)] // the first page of a 2 MiB entry
    [InlineData(0x105ff000, 1)] // the last one
    [InlineData(0x10480000, 16)]
    [InlineData(0x10000000, 4096)]
    [InlineData(0, Everything)]
    public void Range_that_touches_a_two_megabyte_entry_drops_it(ulong from, ulong pages)
    {
        Use(0, 0x10480000, 0x10800000, mask: 0x1fffff);

        Invalidate(0, from, pages);
        _device.Take<InvComp>(Cast.Unit);

        _device.Start(0, 0x10400000);
        _device.Take<AtsTranslate>(Cast.Unit);
    }

    [Theory]
    [InlineData(0x103ff000)]
    [InlineData(0x10600000)]
    public void Page_next_to_a_two_megabyte_entry_leaves_it_alone(ulong from)
    {
        Use(0, 0x10480000, 0x10800000, mask: 0x1fffff);

        Invalidate(0, from, 1);
        _device.Take<InvComp>(Cast.Unit);

        _device.Start(0, 0x10400000);
        _device.Access(0, 0x10800000, 64);
    }

    [Fact]
    public void Use_in_flight_of_the_range_is_waited_for()
    {
        _device.Start(0, 0x10200000);
        Answer(_device.Take<AtsTranslate>(Cast.Unit), 0x10100000);
        _device.Access(0, 0x10100000, 64);

        Invalidate(3, 0x10200000, 1);
        _device.NothingSent();
        _device.Done(0);

        Assert.Equal(3, _device.Take<InvComp>(Cast.Unit).ITag);
    }

    [Fact]
    public void Use_in_flight_of_another_page_is_not_waited_for()
    {
        _device.Start(0, 0x10200000);
        Answer(_device.Take<AtsTranslate>(Cast.Unit), 0x10100000);
        _device.Access(0, 0x10100000, 64);

        Invalidate(3, 0x10201000, 1);

        Assert.Equal(3, _device.Take<InvComp>(Cast.Unit).ITag);
    }

    [Fact]
    public void Translation_asked_before_and_arriving_after_is_used_waited_for_and_not_kept()
    {
        _device.Start(0, 0x10200000);
        var asked = _device.Take<AtsTranslate>(Cast.Unit);

        Invalidate(9, 0x10200000, 1);
        _device.NothingSent();
        Answer(asked, 0x10100000);
        _device.Access(0, 0x10100000, 64);
        _device.NothingSent();
        _device.Done(0);

        Assert.Equal(9, _device.Take<InvComp>(Cast.Unit).ITag);
        _device.Start(0, 0x10200000);
        _device.Take<AtsTranslate>(Cast.Unit);
    }

    [Fact]
    public void Refusal_of_what_was_asked_before_ends_the_waiting()
    {
        _device.Start(0, 0x10200000);
        var asked = _device.Take<AtsTranslate>(Cast.Unit);
        Invalidate(9, 0x10200000, 1);

        Answer(asked, 0, allowed: Permission.None);

        Assert.Equal(9, _device.Take<InvComp>(Cast.Unit).ITag);
    }

    [Fact]
    public void What_starts_after_the_request_is_not_waited_for()
    {
        _device.Continue = (slot, _) => _device.Start(slot, 0x10200000);
        _device.Start(0, 0x10200000);
        Answer(_device.Take<AtsTranslate>(Cast.Unit), 0x10100000);
        _device.Access(0, 0x10100000, 64);
        Invalidate(3, 0x10200000, 1);

        _device.Done(0);

        Assert.Equal(3, _device.Take<InvComp>(Cast.Unit).ITag);
        _device.Take<AtsTranslate>(Cast.Unit);
    }

    [Fact]
    public void Several_requests_complete_each_with_its_own_uses()
    {
        _device.Start(0, 0x10200000);
        Answer(_device.Take<AtsTranslate>(Cast.Unit), 0x10100000);
        _device.Access(0, 0x10100000, 64);
        _device.Start(1, 0x10201000);
        Answer(_device.Take<AtsTranslate>(Cast.Unit), 0x10101000);
        _device.Access(1, 0x10101000, 64);
        Invalidate(0, 0x10200000, 2);
        Invalidate(1, 0x10201000, 1);

        _device.Done(1);
        Assert.Equal(1, _device.Take<InvComp>(Cast.Unit).ITag);
        _device.NothingSent();
        _device.Done(0);

        Assert.Equal(0, _device.Take<InvComp>(Cast.Unit).ITag);
    }

    [Fact]
    public void Doubled_answer_is_used_once()
    {
        _device.Start(0, 0x10200000);
        var asked = _device.Take<AtsTranslate>(Cast.Unit);
        Answer(asked, 0x10100000);
        _device.Access(0, 0x10100000, 64);

        Answer(asked, 0x10100000);

        _device.NothingSent();
    }

    private void Use(int slot, ulong iova, ulong page, ulong mask = 0xfff, Permission allowed = Permission.ReadWrite, bool isWrite = true)
    {
        _device.Start(slot, iova, 64, isWrite);
        Answer(_device.Take<AtsTranslate>(Cast.Unit), page, mask, allowed);
        _device.Access(slot, page | (iova & mask), 64);
        _device.Done(slot);
    }

    private void Answer(AtsTranslate asked, ulong page, ulong mask = 0xfff, Permission allowed = Permission.ReadWrite) => _device.Receive(
        new AtsTranslated(Cast.Unit, asked.Slot, asked.Iova, new GuestPhysical(page | (asked.Iova.Value & mask)), mask, allowed));

    private void Invalidate(int tag, ulong from, ulong pages) => _device.Receive(new InvReq(Cast.Unit, tag, new Iova(from), pages));
}
