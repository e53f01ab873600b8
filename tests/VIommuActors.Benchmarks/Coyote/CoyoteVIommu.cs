using Microsoft.Coyote.Actors;
using VIommuActors.PeerModel;

namespace VIommuActors.Benchmarks.Coyote;

/// <summary>Page table entry, IOTLB and invalidation register of every guest.</summary>
[OnEventDoAction(typeof(Packet), nameof(OnPacket))]
internal sealed class CoyoteVIommu : Component
{
    private readonly Queue<int> _copyFor = new();
    private PerGuest[] _guests = [];

    protected override void Prepare() => _guests = new PerGuest[World.Options.Guests];

    protected override void Handle(Message message)
    {
        var (kind, from, guest, value) = message;
        ref var state = ref _guests[guest];
        switch (kind)
        {
            case Kind.PteWrite:
                state.Pte = value;
                break;
            case Kind.InvWrite:
                Invalidate(guest);
                break;
            case Kind.MmioRead:
                Send(from, Kind.MmioResp, guest, state.Ivt ? 1 : 0);
                break;
            case Kind.Translate:
                int frame = Lookup(guest);
                Send(from, frame != 0 ? Kind.TransResp : Kind.TransFault, guest, frame);
                break;
            case Kind.DmaCopy:
                TranslateAndCopy(guest, from);
                break;
            case Kind.Copy:
                _copyFor.Enqueue(value & 0xFF);
                Send(World.Memory, Kind.DmaAccess, guest, value >> 8);
                break;
            case Kind.DmaDone:
                OnlyFrom = -1;
                Send(_copyFor.Dequeue(), Kind.CopyDone, guest, 1);
                break;
            case Kind.InvComp when state.Ivt && value == state.Epoch:
                state.Done |= World.DeviceBit(from);
                state.Ivt = state.Done != World.AllDevices;
                break;
            case Kind.DrainComplete when state.Ivt && (value == state.Epoch || World.Options.Defect == PeerDefect.D3):
                state.Ivt = false;
                for (int other = 0; World.Options.Defect == PeerDefect.D5 && other < _guests.Length; other++)
                {
                    _guests[other].Ivt = false;
                }

                break;
            case Kind.Flush:
                state.Iotlb = 0;
                break;
        }
    }

    private int Lookup(int guest)
    {
        ref var state = ref _guests[guest];
        return state.Iotlb == 0 ? state.Iotlb = state.Pte : state.Iotlb;
    }

    private void TranslateAndCopy(int guest, int device)
    {
        int frame = Lookup(guest);
        if (frame == 0)
        {
            Send(device, Kind.CopyDone, guest);
        }
        else if (World.Options.Defect == PeerDefect.B1)
        {
            Send(Number, Kind.Copy, guest, (frame << 8) | device);
        }
        else
        {
            _copyFor.Enqueue(device);
            OnlyFrom = World.Memory;
            Send(World.Memory, Kind.DmaAccess, guest, frame);
        }
    }

    private void Invalidate(int guest)
    {
        ref var state = ref _guests[guest];
        bool late = World.Options.Defect == PeerDefect.D2;
        state.Iotlb = late ? state.Iotlb : 0;
        if (World.Options.Protocol is PeerProtocol.Ats or PeerProtocol.Drain)
        {
            int epoch = ++state.Epoch;
            state.Ivt = true;
            state.Done = 0;
            for (int device = 0; World.Options.Protocol == PeerProtocol.Ats && device < World.Options.Devices; device++)
            {
                Send(World.FirstDevice + device, Kind.InvReq, guest, epoch);
            }

            if (World.Options.Protocol == PeerProtocol.Drain)
            {
                Send(World.Dummy, Kind.IoReq, guest, epoch);
            }
        }

        if (late)
        {
            Send(Number, Kind.Flush, guest);
        }
    }

    private struct PerGuest
    {
        public int Pte, Iotlb, Epoch;
        public bool Ivt;
        public uint Done;
    }
}
