using Akka.Actor;
using static VIommuActors.PeerModel.PeerMessages;

namespace VIommuActors.PeerModel;

/// <summary>Asks every device to drain and reports when all have.</summary>
internal sealed class DummyVIommu(PeerWorld world) : PeerActor(world)
{
    private readonly int[] _current = new int[world.Options.Guests];
    private readonly uint[] _acks = new uint[world.Options.Guests];

    public override void Reset()
    {
        Array.Clear(_current);
        Array.Clear(_acks);
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case IoReq request when Options.Defect == PeerDefect.D1:
                World.VIommu.Tell(new DrainComplete(request.Guest, request.Epoch), Self);
                break;
            case IoReq request:
                _current[request.Guest] = request.Epoch;
                _acks[request.Guest] = 0;
                var drain = new Drain(request.Guest, request.Epoch);
                foreach (var device in World.Devices)
                {
                    device.Tell(drain, Self);
                }

                break;
            case DrainAck ack:
                if (ack.Epoch == _current[ack.Guest])
                {
                    Count(ack);
                }

                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Count(DrainAck ack)
    {
        _acks[ack.Guest] |= World.DeviceBit(Sender);
        if (_acks[ack.Guest] == World.AllDevices)
        {
            World.VIommu.Tell(new DrainComplete(ack.Guest, ack.Epoch), Self);
            _current[ack.Guest] = 0;
        }
    }
}
