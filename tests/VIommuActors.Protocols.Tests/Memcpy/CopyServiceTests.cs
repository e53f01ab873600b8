using VIommuActors.Protocols.Memcpy;
using VIommuActors.Protocols.Messages;
using VIommuActors.Protocols.Tests.Support;
using VIommuActors.Vtd;

namespace VIommuActors.Protocols.Tests.Memcpy;

/// <summary>viommu_copy under the unit's lock: copies share it, register writes take it alone.</summary>
public sealed class CopyServiceTests
{
    private readonly HypervisorBench _bench = new(new MemcpyProtocol());

    [Fact]
    public void Copy_is_translated_moved_and_answered()
    {
        Copy(7, 0x10200567, 64);

        var access = _bench.Take<DmaAccess>(Cast.Memory);
        Assert.Equal((Cast.Unit, Cast.Source, 42L, new Iova(0x10200567), new GuestPhysical(0x10100567), 64, true),
            (access.From, access.Source, access.Work, access.Iova, access.Address, access.Bytes, access.IsWrite));
        _bench.NothingSent();

        Done(access);

        Assert.Equal(new CopyReply(Cast.Unit, 7, 0, 64), _bench.Take<CopyReply>(Cast.Device));
    }

    [Fact]
    public void Copy_stops_at_the_end_of_the_translated_page()
    {
        Copy(0, 0x10200ff0, 64);

        Done(_bench.Take<DmaAccess>(Cast.Memory));

        Assert.Equal(16, _bench.Take<CopyReply>(Cast.Device).Bytes);
    }

    [Fact]
    public void Refused_copy_is_answered_with_EFAULT_and_nothing_is_moved()
    {
        Copy(3, 0x10208000, 64);

        Assert.Equal(new CopyReply(Cast.Unit, 3, -14, 0), _bench.Take<CopyReply>(Cast.Device));
        _bench.NothingSent();
        Assert.Equal(2u, _bench.Fsts);
    }

    [Fact]
    public void Refused_copy_does_not_hold_the_lock()
    {
        Copy(3, 0x10208000, 64);

        _bench.InvalidateFourPages();

        Assert.Equal(HypervisorBench.PagesDone, _bench.Read8(0xf8));
    }

    [Fact]
    public void Copies_run_side_by_side()
    {
        Copy(0, 0x10200000, 64);
        Copy(1, 0x10201000, 64);

        var first = _bench.Take<DmaAccess>(Cast.Memory);
        var second = _bench.Take<DmaAccess>(Cast.Memory);

        Assert.NotEqual(first.Slot, second.Slot);
    }

    [Fact]
    public void Register_write_is_held_until_the_last_running_copy_has_ended()
    {
        Copy(0, 0x10200000, 64);
        Copy(1, 0x10201000, 64);
        var (first, second) = (_bench.Take<DmaAccess>(Cast.Memory), _bench.Take<DmaAccess>(Cast.Memory));

        _bench.Write8(0xf8, 0x90000000_00000000);
        Assert.Equal(0UL, _bench.Read8(0xf8));
        Done(first);
        Assert.Equal(0UL, _bench.Read8(0xf8));
        Done(second);

        Assert.Equal(0x12000000_00000000UL, _bench.Read8(0xf8));
        Assert.Equal(0, _bench.Held);
    }

    [Fact]
    public void Waiting_write_goes_before_copies_that_come_later()
    {
        Copy(0, 0x10200000, 64);
        var running = _bench.Take<DmaAccess>(Cast.Memory);
        _bench.Map(0x10201000, 0, rights: 0);
        _bench.Write8(0xf8, 0x90000000_00000000);

        Copy(1, 0x10201000, 64);
        _bench.NothingSent();
        Done(running);

        Assert.Equal(0x12000000_00000000UL, _bench.Read8(0xf8));
        Assert.Equal(0, _bench.Take<CopyReply>(Cast.Device).Errno);
        // The later copy walked after the invalidation.
        Assert.Equal(new CopyReply(Cast.Unit, 1, -14, 0), _bench.Take<CopyReply>(Cast.Device));
    }

    [Fact]
    public void Copies_that_waited_run_together_once_the_write_is_through()
    {
        Copy(0, 0x10200000, 64);
        var running = _bench.Take<DmaAccess>(Cast.Memory);
        _bench.Write8(0xf8, 0x90000000_00000000);
        Copy(1, 0x10201000, 64);
        Copy(2, 0x10202000, 64);

        Done(running);

        _bench.Take<CopyReply>(Cast.Device);
        Assert.Equal(new GuestPhysical(0x10101000), _bench.Take<DmaAccess>(Cast.Memory).Address);
        Assert.Equal(new GuestPhysical(0x10102000), _bench.Take<DmaAccess>(Cast.Memory).Address);
    }

    [Fact]
    public void Slot_of_an_ended_copy_is_given_out_again()
    {
        Copy(0, 0x10200000, 64);
        var first = _bench.Take<DmaAccess>(Cast.Memory);
        Done(first);
        _bench.Take<CopyReply>(Cast.Device);

        Copy(1, 0x10201000, 64);

        Assert.Equal(first.Slot, _bench.Take<DmaAccess>(Cast.Memory).Slot);
    }

    [Fact]
    public void Doubled_end_of_a_copy_is_answered_once_and_frees_the_lock_once()
    {
        Copy(0, 0x10200000, 64);
        Copy(1, 0x10201000, 64);
        var (first, second) = (_bench.Take<DmaAccess>(Cast.Memory), _bench.Take<DmaAccess>(Cast.Memory));
        _bench.Write8(0xf8, 0x90000000_00000000);

        Done(first);
        Done(first);

        _bench.Take<CopyReply>(Cast.Device);
        _bench.NothingSent();
        Assert.Equal(1, _bench.Held);
        Done(second);
        Assert.Equal(0, _bench.Held);
    }

    [Fact]
    public void Copies_of_a_dead_emulator_that_still_wait_are_dropped_but_a_running_one_ends()
    {
        Copy(0, 0x10200000, 64);
        var running = _bench.Take<DmaAccess>(Cast.Memory);
        _bench.Write8(0xf8, 0x90000000_00000000);
        Copy(1, 0x10201000, 64);

        _bench.Half.EmulatorGone();
        Assert.Equal(1, _bench.Held);
        Done(running);

        _bench.Take<CopyReply>(Cast.Device);
        _bench.NothingSent();
        Assert.Equal(0x12000000_00000000UL, _bench.Read8(0xf8));
    }

    [Fact]
    public void Copies_of_a_device_that_was_pulled_out_are_dropped_and_those_of_others_keep_their_order()
    {
        Copy(0, 0x10200000, 64);
        var running = _bench.Take<DmaAccess>(Cast.Memory);
        _bench.Write8(0xf8, 0x90000000_00000000);
        Copy(1, 0x10201000, 64);
        var other = new CopyCall(Cast.Second, 0, Cast.OtherSource, 43, new Iova(0x10201000), 64, IsWrite: true);
        _bench.Receive(other);
        Copy(2, 0x10201000, 64);

        _bench.Half.DeviceGone(Cast.Source);
        Done(running);

        _bench.Take<CopyReply>(Cast.Device);
        Assert.DoesNotContain(_bench.TakeAll(), sent => sent.To == Cast.Device);
    }

    private void Copy(int slot, ulong iova, int bytes) =>
        _bench.Receive(new CopyCall(Cast.Device, slot, Cast.Source, 42, new Iova(iova), bytes, IsWrite: true));

    private void Done(DmaAccess access) => _bench.Receive(new DmaDone(Cast.Memory, access.Slot));
}
