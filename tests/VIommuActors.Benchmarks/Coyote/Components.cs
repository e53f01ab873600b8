using Microsoft.Coyote.Actors;
using VIommuActors.PeerModel;

namespace VIommuActors.Benchmarks.Coyote;

/// <summary>Maps a page, rings the devices, takes the page back, waits for IVT, frees the frame.</summary>
[OnEventDoAction(typeof(Packet), nameof(OnPacket))]
internal sealed class CoyoteGuest : Component
{
    private const int MaxPolls = 2;
    private int _round = 1;
    private int _polls;

    protected override void Handle(Message message)
    {
        switch (message.Kind)
        {
            case Kind.Start:
                Send(World.VIommu, Kind.PteWrite, Number, _round);
                for (int device = 0; device < World.Options.Devices; device++)
                {
                    for (int i = 0; i < World.Options.Doorbells; i++)
                    {
                        Send(World.FirstDevice + device, Kind.Doorbell, Number);
                    }
                }

                Send(Number, Kind.Unmap);
                break;
            case Kind.Unmap:
                _polls = 1;
                Send(World.VIommu, Kind.PteWrite, Number);
                Send(World.VIommu, Kind.InvWrite, Number);
                Send(World.VIommu, Kind.MmioRead, Number);
                break;
            case Kind.MmioResp when message.Value == 0:
                _polls = 0;
                Send(World.Memory, Kind.Free, Number);
                if (++_round <= World.Options.Rounds)
                {
                    Send(Number, Kind.Start);
                }

                break;
            case Kind.MmioResp when _polls < MaxPolls:
                _polls++;
                Send(World.VIommu, Kind.MmioRead, Number);
                break;
        }
    }
}

/// <summary>Asks every device to drain and reports when all have.</summary>
[OnEventDoAction(typeof(Packet), nameof(OnPacket))]
internal sealed class CoyoteDummy : Component
{
    private int[] _current = [];
    private uint[] _acks = [];

    protected override void Prepare() => (_current, _acks) = (new int[World.Options.Guests], new uint[World.Options.Guests]);

    protected override void Handle(Message message)
    {
        var (kind, from, guest, epoch) = message;
        if (kind == Kind.IoReq && World.Options.Defect == PeerDefect.D1)
        {
            Send(World.VIommu, Kind.DrainComplete, guest, epoch);
        }
        else if (kind == Kind.IoReq)
        {
            _current[guest] = epoch;
            _acks[guest] = 0;
            for (int device = 0; device < World.Options.Devices; device++)
            {
                Send(World.FirstDevice + device, Kind.Drain, guest, epoch);
            }
        }
        else if (kind == Kind.DrainAck && epoch == _current[guest])
        {
            _acks[guest] |= World.DeviceBit(from);
            if (_acks[guest] == World.AllDevices)
            {
                _current[guest] = 0;
                Send(World.VIommu, Kind.DrainComplete, guest, epoch);
            }
        }
    }
}

/// <summary>Guest memory; knows which frames were freed, and so which accesses are stale.</summary>
[OnEventDoAction(typeof(Packet), nameof(OnPacket))]
internal sealed class CoyoteMemory : Component
{
    private int[] _freed = [];

    protected override void Prepare() => _freed = new int[World.Options.Guests];

    protected override void Handle(Message message)
    {
        if (message.Kind == Kind.Free)
        {
            _freed[message.Guest]++;
            return;
        }

        Assert(message.Value - 1 >= _freed[message.Guest], PeerWorld.StaleAccess);
        Send(message.From, Kind.DmaDone, message.Guest);
    }
}

/// <summary>Translates and then accesses memory, in steps of its own.</summary>
[OnEventDoAction(typeof(Packet), nameof(OnPacket))]
internal sealed class CoyoteDevice : Component
{
    private readonly List<Message> _drains = [];
    private int[] _cache = [], _inUse = [], _invReq = [];
    private int _outstanding;

    private bool Drains => World.Options.Protocol == PeerProtocol.Drain;

    private bool Caches => World.Options.Protocol == PeerProtocol.Ats;

    protected override void Prepare() =>
        (_cache, _inUse, _invReq) = (new int[World.Options.Guests], new int[World.Options.Guests], new int[World.Options.Guests]);

    protected override void Handle(Message message)
    {
        int guest = message.Guest;
        switch (message.Kind)
        {
            case Kind.Doorbell when Caches && _cache[guest] != 0:
                _inUse[guest]++;
                Send(Number, Kind.DoDma, guest, _cache[guest]);
                break;
            case Kind.Doorbell:
                _outstanding += Drains ? 1 : 0;
                Send(World.VIommu, World.Options.Protocol == PeerProtocol.Memcpy ? Kind.DmaCopy : Kind.Translate, guest);
                break;
            case Kind.TransResp:
                if (Caches)
                {
                    _cache[guest] = message.Value;
                    _inUse[guest]++;
                }

                Send(Number, Kind.DoDma, guest, message.Value);
                break;
            case Kind.TransFault:
                EndOutstanding();
                break;
            case Kind.DoDma:
                Send(World.Memory, Kind.DmaAccess, guest, message.Value);
                break;
            case Kind.DmaDone:
                EndOutstanding();
                if (Caches && --_inUse[guest] == 0)
                {
                    AnswerInvReq(guest);
                }

                break;
            case Kind.Drain:
                _drains.Add(message);
                if (_outstanding == 0)
                {
                    AnswerDrains();
                }

                break;
            case Kind.InvReq:
                _cache[guest] = 0;
                _invReq[guest] = message.Value;
                if (_inUse[guest] == 0 || World.Options.Defect == PeerDefect.C1)
                {
                    AnswerInvReq(guest);
                }

                break;
        }
    }

    private void EndOutstanding()
    {
        if (Drains && (--_outstanding == 0 || World.Options.Defect == PeerDefect.D4))
        {
            AnswerDrains();
        }
    }

    private void AnswerDrains()
    {
        foreach (var drain in _drains)
        {
            Send(World.Dummy, Kind.DrainAck, drain.Guest, drain.Value);
        }

        _drains.Clear();
    }

    private void AnswerInvReq(int guest)
    {
        int epoch = _invReq[guest];
        _invReq[guest] = 0;
        if (epoch != 0)
        {
            Send(World.VIommu, Kind.InvComp, guest, epoch);
        }
    }
}
