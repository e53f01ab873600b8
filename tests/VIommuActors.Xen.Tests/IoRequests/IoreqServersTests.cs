using VIommuActors.Xen.Hypercalls;
using VIommuActors.Xen.IoRequests;

namespace VIommuActors.Xen.Tests.IoRequests;

public class IoreqServersTests
{
    private static readonly XenDomainId Qemu = new(0), Stranger = new(7);
    private readonly IoreqServers _servers = new();

    [Fact]
    public void The_ninth_server_finds_no_slot()
    {
        for (ushort i = 0; i < 8; i++)
        {
            Assert.Equal(XenErrno.None, _servers.Create(Qemu, out var id));
            Assert.Equal(new IoreqServerId(i), id);
        }

        Assert.Equal(XenErrno.ENOSPC, _servers.Create(Qemu, out _));
    }

    [Fact]
    public void A_destroyed_servers_number_is_the_next_to_be_given()
    {
        var (_, second, _) = (Create(), Create(), Create());
        Assert.Equal(XenErrno.None, _servers.Destroy(Qemu, second));
        Assert.Equal(second, Create());
    }

    [Fact]
    public void A_server_starts_disabled_and_gets_nothing_until_enabled()
    {
        var id = Create();
        Map(id, 0xfed90000, 0xfed90fff);
        Assert.Null(Select(0xfed900f8, 8));
        _servers.SetEnabled(Qemu, id, true);
        Assert.Equal(id, Select(0xfed900f8, 8));
        _servers.SetEnabled(Qemu, id, false);
        Assert.Null(Select(0xfed900f8, 8));
        Assert.False(_servers.IsEnabled(id));
    }

    [Fact]
    public void Of_two_servers_with_the_same_range_the_higher_number_wins()
    {
        var (low, high) = (Enabled(0x1000, 0x1fff), Enabled(0x1000, 0x1fff));
        Assert.Equal(high, Select(0x1000, 4));
        _servers.SetEnabled(Qemu, high, false);
        Assert.Equal(low, Select(0x1000, 4));
    }

    [Fact]
    public void The_newest_server_does_not_win_when_it_got_an_old_number()
    {
        var (first, second) = (Enabled(0x1000, 0x1fff), Enabled(0x1000, 0x1fff));
        _servers.Destroy(Qemu, first);
        var newest = Enabled(0x1000, 0x1fff);
        Assert.Equal(first, newest);
        Assert.Equal(second, Select(0x1000, 4));
    }

    [Theory]
    [InlineData(0xfed900f8, 8, true)]
    [InlineData(0xfed90ff8, 8, true)]
    [InlineData(0xfed90ffc, 8, false)]
    [InlineData(0xfed8fffc, 8, false)]
    [InlineData(0xfed91000, 1, false)]
    public void The_whole_access_must_lie_inside_the_range(ulong address, uint size, bool found)
    {
        Enabled(0xfed90000, 0xfed90fff);
        Assert.Equal(found, Select(address, size) is not null);
    }

    [Fact]
    public void An_access_may_span_two_ranges_only_where_they_touch()
    {
        var id = Enabled(0x1000, 0x1003);
        Map(id, 0x1004, 0x1007);
        Map(id, 0x1009, 0x100f);
        Assert.Equal(id, Select(0x1000, 8));
        Assert.Null(Select(0x1004, 8));
    }

    [Fact]
    public void An_access_that_wraps_around_the_address_space_is_nobodys()
    {
        Enabled(0, ulong.MaxValue);
        Assert.NotNull(Select(ulong.MaxValue - 7, 8));
        Assert.Null(Select(ulong.MaxValue - 3, 8));
    }

    [Fact]
    public void Each_type_of_request_looks_into_its_own_ranges()
    {
        var (port, memory, pci) = (Create(), Create(), Create());
        _servers.Map(Qemu, port, IoRangeType.Port, 0xcf8, 0xcff);
        _servers.Map(Qemu, memory, IoRangeType.Memory, 0xcf8, 0xcff);
        _servers.Map(Qemu, pci, IoRangeType.Pci, 0x18, 0x18);
        foreach (var id in new[] { port, memory, pci })
        {
            _servers.SetEnabled(Qemu, id, true);
        }

        var access = Ioreq.MmioRead(0xcf8, 4);
        Assert.Equal(port, _servers.Select(access with { Type = IoreqType.Pio }));
        Assert.Equal(memory, _servers.Select(access));
        Assert.Equal(pci, _servers.Select(access with { Type = IoreqType.PciConfig, Address = 0x18_0000_0004 }));
        Assert.Null(_servers.Select(access with { Type = IoreqType.PciConfig, Address = 0x19_0000_0004 }));
        Assert.Null(_servers.Select(access with { Type = IoreqType.Invalidate }));
    }

    [Fact]
    public void Overlap_within_a_server_exists_and_with_another_server_is_allowed()
    {
        var (one, two) = (Create(), Create());
        Assert.Equal(XenErrno.None, Map(one, 0x1000, 0x1fff));
        Assert.Equal(XenErrno.EEXIST, Map(one, 0x1fff, 0x2fff));
        Assert.Equal(XenErrno.EEXIST, Map(one, 0x0, 0x1000));
        Assert.Equal(XenErrno.EEXIST, Map(one, 0x0, 0xffff));
        Assert.Equal(XenErrno.EEXIST, Map(one, 0x1800, 0x1800));
        Assert.Equal(XenErrno.None, Map(two, 0x1fff, 0x2fff));
    }

    [Fact]
    public void The_257th_separate_range_of_a_type_finds_no_entry()
    {
        var id = Create();
        for (var i = 0UL; i < 256; i++)
        {
            Assert.Equal(XenErrno.None, Map(id, i * 0x100, (i * 0x100) + 0xf));
        }

        Assert.Equal(XenErrno.ENOMEM, Map(id, 0x100_0000, 0x100_0000));
        Assert.Equal(XenErrno.None, Map(id, 0x10, 0x1f)); // continues the first one
        Assert.Equal(XenErrno.ENOMEM, _servers.Unmap(Qemu, id, IoRangeType.Memory, 0x104, 0x107)); // would leave two
        Assert.Equal(XenErrno.None, _servers.Map(Qemu, id, IoRangeType.Port, 0x100_0000, 0x100_0000));
    }

    [Fact]
    public void Filling_a_gap_makes_one_range_of_three()
    {
        var id = Create();
        Map(id, 0x1000, 0x1fff);
        Map(id, 0x3000, 0x3fff);
        Map(id, 0x2000, 0x2fff);
        Assert.Equal(XenErrno.None, _servers.Unmap(Qemu, id, IoRangeType.Memory, 0x1000, 0x3fff));
        Assert.Equal(XenErrno.ENOENT, _servers.Unmap(Qemu, id, IoRangeType.Memory, 0x1000, 0x1000));
    }

    [Fact]
    public void Unmapping_the_middle_leaves_both_ends()
    {
        var id = Enabled(0x1000, 0x1fff);
        Assert.Equal(XenErrno.None, _servers.Unmap(Qemu, id, IoRangeType.Memory, 0x1400, 0x17ff));
        Assert.NotNull(Select(0x13ff, 1));
        Assert.Null(Select(0x1400, 1));
        Assert.Null(Select(0x17ff, 1));
        Assert.NotNull(Select(0x1800, 1));
    }

    [Theory]
    [InlineData(0xfff, 0x1fff)]
    [InlineData(0x1000, 0x2000)]
    [InlineData(0x5000, 0x5000)]
    public void Unmapping_what_is_not_all_there_fails_and_changes_nothing(ulong start, ulong end)
    {
        var id = Enabled(0x1000, 0x1fff);
        Assert.Equal(XenErrno.ENOENT, _servers.Unmap(Qemu, id, IoRangeType.Memory, start, end));
        Assert.NotNull(Select(0x1000, 1));
        Assert.NotNull(Select(0x1fff, 1));
    }

    [Fact]
    public void Unknown_servers_do_not_exist()
    {
        foreach (var id in new[] { new IoreqServerId(0), new IoreqServerId(8), new IoreqServerId(0xffff) })
        {
            Assert.Equal(XenErrno.ENOENT, _servers.Destroy(Qemu, id));
            Assert.Equal(XenErrno.ENOENT, _servers.SetEnabled(Qemu, id, true));
            Assert.Equal(XenErrno.ENOENT, Map(id, 0, 1));
            Assert.Equal(XenErrno.ENOENT, _servers.Unmap(Qemu, id, IoRangeType.Memory, 0, 1));
            Assert.False(_servers.IsEnabled(id));
        }
    }

    [Fact]
    public void Only_the_emulator_that_made_a_server_may_change_it()
    {
        var id = Enabled(0x1000, 0x1fff);
        Assert.Equal(XenErrno.EPERM, _servers.SetEnabled(Stranger, id, false));
        Assert.Equal(XenErrno.EPERM, _servers.Map(Stranger, id, IoRangeType.Memory, 0x5000, 0x5fff));
        Assert.Equal(XenErrno.EPERM, _servers.Unmap(Stranger, id, IoRangeType.Memory, 0x1000, 0x1fff));
        Assert.Equal(XenErrno.EPERM, _servers.Destroy(Stranger, id));
        Assert.Equal(id, Select(0x1000, 1));
        Assert.Null(Select(0x5000, 1));
    }

    [Theory]
    [InlineData((IoRangeType)3, 0, 1)]
    [InlineData((IoRangeType)(-1), 0, 1)]
    [InlineData(IoRangeType.Memory, 2, 1)]
    public void Bad_types_and_reversed_ranges_are_invalid(IoRangeType type, ulong start, ulong end)
    {
        var id = Create();
        Assert.Equal(XenErrno.EINVAL, _servers.Map(Qemu, id, type, start, end));
        Assert.Equal(XenErrno.EINVAL, _servers.Unmap(Qemu, id, type, start, end));
    }

    private IoreqServerId Create()
    {
        Assert.Equal(XenErrno.None, _servers.Create(Qemu, out var id));
        return id;
    }

    private IoreqServerId Enabled(ulong start, ulong end)
    {
        var id = Create();
        Assert.Equal(XenErrno.None, Map(id, start, end));
        Assert.Equal(XenErrno.None, _servers.SetEnabled(Qemu, id, true));
        return id;
    }

    private XenErrno Map(IoreqServerId id, ulong start, ulong end) => _servers.Map(Qemu, id, IoRangeType.Memory, start, end);

    private IoreqServerId? Select(ulong address, uint size) => _servers.Select(Ioreq.MmioRead(address, size));
}
