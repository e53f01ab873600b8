using VIommuActors.Protocols.BareTranslate;
using VIommuActors.Protocols.Messages;
using VIommuActors.Protocols.Seam;
using VIommuActors.Protocols.Tests.Support;
using VIommuActors.Vtd;
using VIommuActors.Vtd.Translation;

namespace VIommuActors.Protocols.Tests.Translate;

/// <summary>A device that translates by hypercall and then touches memory itself.</summary>
public sealed class TranslatedAccessTests
{
    private readonly DeviceBench _device = new(new BareTranslateProtocol());

    [Fact]
    public void Access_goes_to_the_translated_address_after_the_answer()
    {
        _device.Start(2, 0x10200567, 64);
        var call = _device.Take<TranslateCall>(Cast.Unit);
        Assert.Equal((2, Cast.Source, new Iova(0x10200567), Permission.Write), (call.Slot, call.Source, call.Iova, call.Wanted));
        _device.NothingSent();

        _device.Reply(call, 0x10100000);
        Assert.True(_device.Access(2, 0x10100567, 64).IsWrite);
        Assert.Empty(_device.Progresses);

        _device.Done(2);
        Assert.Equal([(2, 64)], _device.Progresses);
    }

    [Fact]
    public void Read_asks_for_read_permission()
    {
        _device.Start(0, 0x10200000, 64, isWrite: false);
        Assert.Equal(Permission.Read, _device.Take<TranslateCall>(Cast.Unit).Wanted);
    }

    [Fact]
    public void Access_ends_where_the_translated_page_ends()
    {
        _device.Start(0, 0x10200ff0, 64);
        _device.Translate(0, 0x10100000);
        _device.Access(0, 0x10100ff0, 16);
    }

    [Fact]
    public void Large_page_carries_an_access_across_4K_borders()
    {
        _device.Start(0, 0x10200ff0, 64);
        _device.Translate(0, 0x10400000, mask: 0x1fffff);
        _device.Access(0, 0x10400ff0, 64);
    }

    [Fact]
    public void Refusal_reaches_the_device_and_memory_is_not_touched()
    {
        _device.Start(1, 0x10200000);
        _device.Fault(_device.Take<TranslateCall>(Cast.Unit));

        Assert.Equal([1], _device.Refusals);
        _device.NothingSent();
    }

    [Fact]
    public void Doubled_answer_is_used_once()
    {
        _device.Start(0, 0x10200000);
        var call = _device.Translate(0, 0x10100000);
        _device.Access(0, 0x10100000, 64);

        _device.Reply(call, 0x10900000);

        _device.NothingSent();
    }

    [Fact]
    public void Answer_for_another_address_of_the_slot_is_not_taken_for_the_awaited_one()
    {
        _device.Start(0, 0x10200000);
        var old = _device.Translate(0, 0x10100000);
        _device.Access(0, 0x10100000, 64);
        _device.Done(0);
        _device.Start(0, 0x10201000);
        var awaited = _device.Take<TranslateCall>(Cast.Unit);

        _device.Reply(old, 0x10900000);
        _device.NothingSent();

        _device.Reply(awaited, 0x10101000);
        _device.Access(0, 0x10101000, 64);
    }

    [Fact]
    public void Per_page_use_translates_each_page_right_before_its_access()
    {
        _device.Continue = (slot, bytes) => { if (bytes == 0x1000) _device.Start(slot, 0x10201000, 0x800); };
        _device.Start(0, 0x10200000, 0x1800);
        _device.Translate(0, 0x10100000);
        _device.Access(0, 0x10100000, 0x1000);
        _device.NothingSent();

        _device.Done(0);

        Assert.Equal(new Iova(0x10201000), _device.Translate(0, 0x10101000).Iova);
        _device.Access(0, 0x10101000, 0x800);
    }

    [Fact]
    public void Ahead_of_access_translates_all_pages_before_the_first_byte_moves()
    {
        var left = 0x2000;
        _device.Continue = (slot, bytes) =>
        {
            if ((left -= bytes) > 0) _device.Start(slot, 0x10202000 - (ulong)left + 0x800, left, use: TranslationUse.AheadOfAccess);
        };
        _device.Start(0, 0x10200800, 0x2000, use: TranslationUse.AheadOfAccess);
        _device.Translate(0, 0x10100000);
        _device.Translate(0, 0x10700000);
        _device.Translate(0, 0x10300000);

        _device.Access(0, 0x10100800, 0x800);
        _device.Done(0);
        _device.Access(0, 0x10700000, 0x1000);
        _device.Done(0);
        _device.Access(0, 0x10300000, 0x800);
        _device.Done(0);
        Assert.Equal([(0, 0x800), (0, 0x1000), (0, 0x800)], _device.Progresses);
    }

    [Fact]
    public void Pages_ahead_of_a_fault_are_moved_before_the_refusal_is_reported()
    {
        _device.Continue = (slot, bytes) => _device.Start(slot, 0x10201000, 0x1000, use: TranslationUse.AheadOfAccess);
        _device.Start(0, 0x10200000, 0x2000, use: TranslationUse.AheadOfAccess);
        _device.Translate(0, 0x10100000);
        _device.Fault(_device.Take<TranslateCall>(Cast.Unit));

        _device.Access(0, 0x10100000, 0x1000);
        Assert.Empty(_device.Refusals);
        _device.Done(0);

        Assert.Equal([(0, 0x1000)], _device.Progresses);
        Assert.Equal([0], _device.Refusals);
        _device.NothingSent();
    }

    [Fact]
    public void At_most_256_pages_are_translated_ahead()
    {
        _device.Start(0, 0x10200000, 300 << 12, use: TranslationUse.AheadOfAccess);
        for (var page = 0UL; page < 256; page++) _device.Translate(0, 0x11000000 + (page << 12));
        _device.Access(0, 0x11000000, 0x1000);
        _device.NothingSent();
    }

    [Fact]
    public void Held_mapping_is_used_again_without_asking()
    {
        _device.Start(0, 0x10200000, use: TranslationUse.Held);
        _device.Translate(0, 0x10100000);
        _device.Access(0, 0x10100000, 64);
        _device.Done(0);

        _device.Start(0, 0x10200f00, 512, use: TranslationUse.Held);

        _device.Access(0, 0x10100f00, 256);
    }

    [Fact]
    public void Held_mapping_of_one_slot_does_not_serve_another()
    {
        _device.Start(0, 0x10200000, use: TranslationUse.Held);
        _device.Translate(0, 0x10100000);
        _device.Access(0, 0x10100000, 64);

        _device.Start(1, 0x10200000, use: TranslationUse.Held);

        _device.Translate(1, 0x10100000);
        _device.Access(1, 0x10100000, 64);
    }

    [Fact]
    public void Mapping_held_for_reading_is_not_written_through()
    {
        _device.Start(0, 0x10200000, isWrite: false, use: TranslationUse.Held);
        _device.Translate(0, 0x10100000, allowed: Permission.Read);
        _device.Access(0, 0x10100000, 64);
        _device.Done(0);

        _device.Start(0, 0x10200000, isWrite: true, use: TranslationUse.Held);

        Assert.Equal(Permission.Write, _device.Take<TranslateCall>(Cast.Unit).Wanted);
    }

    [Fact]
    public void Release_forgets_held_mappings()
    {
        _device.Start(0, 0x10200000, use: TranslationUse.Held);
        _device.Translate(0, 0x10100000);
        _device.Access(0, 0x10100000, 64);
        _device.Done(0);
        _device.Half.Release(0);

        _device.Start(0, 0x10200000, use: TranslationUse.Held);

        _device.Take<TranslateCall>(Cast.Unit);
    }
}
