using Akka.Actor;
using static VIommuActors.PeerModel.PeerMessages;

namespace VIommuActors.PeerModel;

/// <summary>Maps a page, rings the devices, takes the page back, waits for IVT, frees the frame.</summary>
internal sealed class Guest(PeerWorld world, int id) : PeerActor(world)
{
    private const int MaxPolls = 2;
    private readonly Doorbell _doorbell = new(id);
    private readonly PteWrite _pteClear = new(id, 0);
    private readonly InvWrite _invWrite = new(id);
    private readonly MmioRead _mmioRead = new(id);
    private readonly Free _free = new(id);
    private int _round;
    private int _polls;

    /// <summary>True when the guest gave up waiting.</summary>
    public bool TimedOut { get; private set; }

    public override void Reset()
    {
        _round = 1;
        _polls = 0;
        TimedOut = false;
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Start:
                World.VIommu.Tell(new PteWrite(id, _round), Self);
                foreach (var device in World.Devices)
                {
                    for (int i = 0; i < Options.Doorbells; i++)
                    {
                        device.Tell(_doorbell, Self);
                    }
                }

                Self.Tell(Unmap.Instance, Self);
                break;
            case Unmap:
                World.VIommu.Tell(_pteClear, Self);
                World.VIommu.Tell(_invWrite, Self);
                World.VIommu.Tell(_mmioRead, Self);
                _polls = 1;
                break;
            case MmioResp { Ivt: false }:
                World.Memory.Tell(_free, Self);
                _polls = 0;
                if (++_round <= Options.Rounds)
                {
                    Self.Tell(Start.Instance, Self);
                }

                break;
            case MmioResp when _polls < MaxPolls:
                _polls++;
                World.VIommu.Tell(_mmioRead, Self);
                break;
            case MmioResp:
                TimedOut = true;
                break;
            default:
                Unhandled(message);
                break;
        }
    }
}
