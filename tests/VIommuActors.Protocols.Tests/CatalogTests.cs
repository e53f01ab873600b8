using VIommuActors.Protocols.Messages;
using VIommuActors.Protocols.Tests.Support;

namespace VIommuActors.Protocols.Tests;

public sealed class CatalogTests
{
    [Fact]
    public void Designs_are_found_by_the_names_that_scenarios_use()
    {
        Assert.Equal(["translate", "memcpy", "ats", "drain"], ProtocolCatalog.All.Select(protocol => protocol.Name));
        Assert.All(ProtocolCatalog.All, protocol => Assert.Same(protocol, ProtocolCatalog.Find(protocol.Name)));
        Assert.Null(ProtocolCatalog.Find("Drain"));
    }

    [Fact]
    public void Bare_translate_is_the_only_design_that_claims_nothing() =>
        Assert.Equal(["translate"], ProtocolCatalog.All.Where(protocol => !protocol.ClaimsSafety).Select(protocol => protocol.Name));

    [Fact]
    public void Ats_is_the_only_design_that_needs_device_TLBs_and_the_queue()
    {
        Assert.Equal(["ats"], ProtocolCatalog.All.Where(protocol => protocol.UsesDeviceTlb).Select(protocol => protocol.Name));
        Assert.Equal(["ats"], ProtocolCatalog.All.Where(protocol => !protocol.WorksWithRegisters).Select(protocol => protocol.Name));
    }

    [Theory]
    [InlineData("translate")]
    [InlineData("memcpy")]
    [InlineData("ats")]
    public void Designs_that_ask_nothing_of_QEMU_take_a_forwarded_write_and_do_nothing(string name)
    {
        var port = new DummyBench();
        var half = ProtocolCatalog.Find(name)!.CreateDeviceModelHalf(port, Cast.Options());

        half.Forwarded(0xfed900f8, 0xb003000500000000);

        port.NothingSent();
        Assert.False(half.Receive(new DrainAck(Cast.Device, 1)));
    }
}
