using VIommuActors.Protocols.BareTranslate;
using VIommuActors.Protocols.Messages;
using VIommuActors.Protocols.Tests.Support;
using VIommuActors.Vtd;
using VIommuActors.Vtd.Translation;

namespace VIommuActors.Protocols.Tests.Translate;

public sealed class TranslateServiceTests
{
    private readonly HypervisorBench _bench = new(new BareTranslateProtocol());

    [Fact]
    public void Translation_is_answered_with_address_mask_and_domain()
    {
        _bench.Receive(new TranslateCall(Cast.Device, 3, Cast.Source, new Iova(0x10200567), Permission.Write));

        var expected = new TranslateReply(
            Cast.Unit, 3, new Iova(0x10200567), 0, new GuestPhysical(0x10100567), 0xfff, Permission.ReadWrite, Cast.Domain);
        Assert.Equal(expected, _bench.Take<TranslateReply>(Cast.Device));
    }

    [Fact]
    public void Two_megabyte_page_is_answered_with_its_own_mask()
    {
        _bench.Store(HypervisorBench.L2 + (0x82 * 8), 0x10400083);

        _bench.Receive(new TranslateCall(Cast.Device, 0, Cast.Source, new Iova(0x104abcde), Permission.Read));

        var reply = _bench.Take<TranslateReply>(Cast.Device);
        Assert.Equal((0x104abcdeUL, 0x1fffffUL), (reply.Address.Value, reply.Mask));
    }

    [Fact]
    public void Unmapped_address_is_refused_with_EFAULT_and_a_fault_is_recorded()
    {
        _bench.Receive(new TranslateCall(Cast.Device, 1, Cast.Source, new Iova(0x10208000), Permission.Read));

        var reply = _bench.Take<TranslateReply>(Cast.Device);
        Assert.Equal((-14, 1, new Iova(0x10208000)), (reply.Errno, reply.Slot, reply.Iova));
        Assert.Equal(2u, _bench.Fsts);
        Assert.Equal(0x10208000UL, _bench.Read8(0x220));
        Assert.Equal(0xc0000006_00000028UL, _bench.Read8(0x228));
    }

    [Fact]
    public void Write_through_a_read_only_page_is_refused()
    {
        _bench.Map(0x10201000, 0x10101000, rights: 1);

        _bench.Receive(new TranslateCall(Cast.Device, 0, Cast.Source, new Iova(0x10201000), Permission.Write));

        Assert.Equal(-14, _bench.Take<TranslateReply>(Cast.Device).Errno);
    }

    [Fact]
    public void Invalidation_is_complete_as_soon_as_the_unit_has_flushed()
    {
        _bench.InvalidateFourPages();

        Assert.Equal(HypervisorBench.PagesDone, _bench.Read8(0xf8));
        Assert.False(_bench.Refused);
        _bench.NothingSent();
    }

    [Fact]
    public void Messages_of_other_designs_are_not_taken()
    {
        Assert.False(_bench.Half.Receive(new QueryCall(Cast.Dummy)));
        Assert.False(_bench.Half.Receive(new CopyCall(Cast.Device, 0, Cast.Source, 1, default, 64, true)));
    }
}
