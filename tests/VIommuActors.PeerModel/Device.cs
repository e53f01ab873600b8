using Akka.Actor;
using static VIommuActors.PeerModel.PeerMessages;

namespace VIommuActors.PeerModel;

/// <summary>Translates and then accesses memory, in steps of its own.</summary>
internal sealed class Device(PeerWorld world, int id) : PeerActor(world)
{
    private readonly bool _drains = world.Options.Protocol == PeerProtocol.Drain;
    private readonly bool _caches = world.Options.Protocol == PeerProtocol.Ats;
    private readonly object[] _asks = [.. Enumerable.Range(0, world.Options.Guests).Select(
        g => world.Options.Protocol == PeerProtocol.Memcpy ? (object)new DmaCopy(g) : new Translate(g))];

    private readonly int[] _cache = new int[world.Options.Guests];
    private readonly int[] _inUse = new int[world.Options.Guests];
    private readonly InvReq?[] _pendingInvReq = new InvReq?[world.Options.Guests];
    private readonly List<Drain> _pendingDrains = [];
    private int _outstanding;

    /// <summary>Position among the devices.</summary>
    public int Id { get; } = id;

    public override void Reset()
    {
        Array.Clear(_cache);
        Array.Clear(_inUse);
        Array.Clear(_pendingInvReq);
        _pendingDrains.Clear();
        _outstanding = 0;
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Doorbell bell:
                Ring(bell.Guest);
                break;
            case TransResp response:
                if (_caches)
                {
                    _cache[response.Guest] = response.Frame;
                    _inUse[response.Guest]++;
                }

                Self.Tell(new DoDma(response.Guest, response.Frame), Self);
                break;
            case TransFault:
                EndOutstanding();
                break;
            case DoDma dma:
                World.Memory.Tell(new DmaAccess(dma.Guest, dma.Frame), Self);
                break;
            case DmaDone done:
                EndOutstanding();
                EndUse(done.Guest);
                break;
            case CopyDone:
                break;
            case Drain drain:
                _pendingDrains.Add(drain);
                if (_outstanding == 0)
                {
                    AnswerDrains();
                }

                break;
            case InvReq request:
                _cache[request.Guest] = 0;
                _pendingInvReq[request.Guest] = request;
                if (_inUse[request.Guest] == 0 || Options.Defect == PeerDefect.C1)
                {
                    AnswerInvReq(request.Guest);
                }

                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Ring(int guest)
    {
        if (_caches && _cache[guest] != 0)
        {
            _inUse[guest]++;
            Self.Tell(new DoDma(guest, _cache[guest]), Self);
            return;
        }

        if (_drains)
        {
            _outstanding++;
        }

        World.VIommu.Tell(_asks[guest], Self);
    }

    private void EndOutstanding()
    {
        if (_drains && (--_outstanding == 0 || Options.Defect == PeerDefect.D4))
        {
            AnswerDrains();
        }
    }

    private void EndUse(int guest)
    {
        if (_caches && --_inUse[guest] == 0)
        {
            AnswerInvReq(guest);
        }
    }

    private void AnswerDrains()
    {
        foreach (var drain in _pendingDrains)
        {
            World.Dummy.Tell(new DrainAck(drain.Guest, drain.Epoch), Self);
        }

        _pendingDrains.Clear();
    }

    private void AnswerInvReq(int guest)
    {
        if (_pendingInvReq[guest] is { } request)
        {
            _pendingInvReq[guest] = null;
            World.VIommu.Tell(new InvComp(guest, request.Epoch), Self);
        }
    }
}
