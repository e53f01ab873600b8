using VIommuActors.Protocols.Messages;
using VIommuActors.Protocols.Seam;

namespace VIommuActors.Protocols.DrainOnInvalidate.Mutants;

/// <summary>Tells the devices and reports at once.</summary>
internal sealed class EarlyReport(IDeviceModelPort port) : IDeviceModelHalf
{
    public void Forwarded(ulong address, ulong value) => port.Send(port.Hypervisor, new QueryCall(port.Self));

    public bool Receive(Message message)
    {
        if (message is not QueryReply { Open: true } reply) return message is QueryReply or DrainAck or DrainCompleteReply;
        foreach (var device in port.Devices) port.Send(device, new Drain(port.Self, reply.Epoch, reply.Scope));
        port.Send(port.Hypervisor, new DrainComplete(port.Self, reply.Epoch));
        return true;
    }
}

/// <summary>One device speaks for all.</summary>
internal sealed class FirstAck(IDeviceModelPort port, IDeviceModelHalf real) : IDeviceModelHalf
{
    public void Forwarded(ulong address, ulong value) => real.Forwarded(address, value);

    public bool Receive(Message message)
    {
        if (message is not DrainAck ack) return real.Receive(message);
        foreach (var device in port.Devices) real.Receive(new DrainAck(device, ack.Epoch));
        return true;
    }
}

/// <summary>Repeats requests to devices and reports, but asks for the epoch once only.</summary>
internal sealed class QueriesOnce : IDeviceModelHalf
{
    private readonly IDeviceModelHalf _real;

    public QueriesOnce(IDeviceModelPort port, ProtocolOptions options, IProtocol real) => _real = real.CreateDeviceModelHalf(port, options);

    public void Forwarded(ulong address, ulong value) => _real.Forwarded(address, value);

    public bool Receive(Message message) => message is DrainRetry { Epoch: 0 } || _real.Receive(message);
}
