using System.Collections.Immutable;
using VIommuActors.Protocols.DrainOnInvalidate;
using VIommuActors.Protocols.Messages;
using VIommuActors.Protocols.Seam;

namespace VIommuActors.Protocols.Tests.Support;

/// <summary>The dummy vIOMMU's half of the drain design, with the devices a test gives it.</summary>
internal sealed class DummyBench : RecordingPort, IDeviceModelPort
{
    public DummyBench(long retransmitNs = 0, params NodeId[] devices)
        : base(Cast.Dummy)
    {
        Devices = [.. devices];
        Half = new DrainProtocol().CreateDeviceModelHalf(
            this, Cast.Options(("retransmit-ns", retransmitNs.ToString(System.Globalization.CultureInfo.InvariantCulture))));
    }

    public IDeviceModelHalf Half { get; }

    public NodeId Hypervisor => Cast.Unit;

    public ImmutableArray<NodeId> Devices { get; }

    public void Receive(Message message) => Assert.True(Half.Receive(message), $"{message.Name} is not taken");

    /// <summary>A write is passed on and the hypervisor names the epoch; the devices have not been looked at yet.</summary>
    public void Begin(long epoch, DrainScope? scope = null)
    {
        Half.Forwarded(0xfed900f8, 0xb003000500000000);
        var query = Take<QueryCall>(Cast.Unit);
        Receive(new QueryReply(Cast.Unit, epoch, Open: true, scope ?? DrainScope.All, query.Number));
    }

    public void Acknowledge(NodeId device, long epoch) => Receive(new DrainAck(device, epoch));
}
