using VIommuActors.Protocols.Memcpy;
using VIommuActors.Protocols.Messages;
using VIommuActors.Protocols.Seam;
using VIommuActors.Protocols.Tests.Support;
using VIommuActors.Vtd;

namespace VIommuActors.Protocols.Tests.Memcpy;

public sealed class CopyingDeviceTests
{
    private readonly DeviceBench _device = new(new MemcpyProtocol());

    [Fact]
    public void Access_is_one_hypercall_that_carries_the_whole_rest()
    {
        _device.Start(2, 0x10200ff0, 0x3000, isWrite: false);

        var call = _device.Take<CopyCall>(Cast.Unit);
        Assert.Equal(new CopyCall(Cast.Device, 2, Cast.Source, 1002, new Iova(0x10200ff0), 0x3000, IsWrite: false), call);
        _device.NothingSent();
    }

    [Fact]
    public void Short_copy_is_progress_by_that_much()
    {
        _device.Start(2, 0x10200ff0, 0x3000);
        _device.Take<CopyCall>(Cast.Unit);

        _device.Receive(new CopyReply(Cast.Unit, 2, 0, 16));

        Assert.Equal([(2, 16)], _device.Progresses);
        Assert.Equal(16, _device.CopiedBytes);
        Assert.Empty(_device.Timers);
    }

    [Fact]
    public void Fault_is_a_refusal()
    {
        _device.Start(1, 0x10200000);
        _device.Receive(new CopyReply(Cast.Unit, 1, -14, 0));

        Assert.Equal([1], _device.Refusals);
        Assert.Equal(0, _device.CopiedBytes);
    }

    [Fact]
    public void Doubled_reply_counts_once()
    {
        _device.Start(1, 0x10200000);
        _device.Receive(new CopyReply(Cast.Unit, 1, 0, 64));
        _device.Receive(new CopyReply(Cast.Unit, 1, 0, 64));

        Assert.Equal([(1, 64)], _device.Progresses);
    }

    [Fact]
    public void Mapping_the_device_would_keep_costs_a_second_copy_and_its_time()
    {
        _device.Start(0, 0x10200000, 0x1800, use: TranslationUse.Held);
        _device.Receive(new CopyReply(Cast.Unit, 0, 0, 0x1800));
        Assert.Empty(_device.Progresses);
        Assert.Equal(2 * 0x1800, _device.CopiedBytes);

        _device.Receive(_device.FireTimer());

        Assert.Equal(200, _device.NowNs);
        Assert.Equal([(0, 0x1800)], _device.Progresses);
    }
}
