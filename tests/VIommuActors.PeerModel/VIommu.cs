using Akka.Actor;
using static VIommuActors.PeerModel.PeerMessages;

namespace VIommuActors.PeerModel;

/// <summary>Page table entry, IOTLB and invalidation register of every guest.</summary>
internal sealed class VIommu(PeerWorld world) : PeerActor(world)
{
    private readonly PerGuest[] _guests = new PerGuest[world.Options.Guests];
    private readonly Queue<IActorRef> _copyFor = new(); // more than one only with defect B1

    public override void Reset()
    {
        Array.Clear(_guests);
        _copyFor.Clear();
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case PteWrite write:
                _guests[write.Guest].Pte = write.Frame;
                break;
            case InvWrite write:
                Invalidate(write.Guest);
                break;
            case MmioRead read:
                Sender.Tell(_guests[read.Guest].Ivt ? MmioResp.Set : MmioResp.Clear, Self);
                break;
            case Translate translate:
                int frame = Lookup(translate.Guest);
                Sender.Tell(frame != 0 ? new TransResp(translate.Guest, frame) : TransFault.Instance, Self);
                break;
            case DmaCopy copy:
                TranslateAndCopy(copy.Guest);
                break;
            case Copy copy:
                Access(World.Devices[copy.Device], copy.Guest, copy.Frame);
                break;
            case DmaDone:
                World.Kernel.AcceptAll(Self);
                _copyFor.Dequeue().Tell(CopyDone.Yes, Self);
                break;
            case InvComp completion:
                Completed(completion);
                break;
            case DrainComplete completion:
                Completed(completion);
                break;
            case Flush flush:
                _guests[flush.Guest].Iotlb = 0;
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private int Lookup(int guest)
    {
        ref var state = ref _guests[guest];
        if (state.Iotlb == 0)
        {
            state.Iotlb = state.Pte;
        }

        return state.Iotlb;
    }

    private void TranslateAndCopy(int guest)
    {
        int frame = Lookup(guest);
        if (frame == 0)
        {
            Sender.Tell(CopyDone.No, Self);
        }
        else if (Options.Defect == PeerDefect.B1)
        {
            Self.Tell(new Copy(guest, World.DeviceIndex(Sender), frame), Self);
        }
        else
        {
            Access(Sender, guest, frame);
        }
    }

    private void Access(IActorRef device, int guest, int frame)
    {
        _copyFor.Enqueue(device);
        World.Memory.Tell(new DmaAccess(guest, frame), Self);
        if (Options.Defect != PeerDefect.B1)
        {
            World.Kernel.Accept(Self, onlyFrom: World.Memory);
        }
    }

    private void Invalidate(int guest)
    {
        ref var state = ref _guests[guest];
        if (Options.Defect != PeerDefect.D2)
        {
            state.Iotlb = 0;
        }

        switch (Options.Protocol)
        {
            case PeerProtocol.Ats:
                state.Epoch++;
                state.Ivt = true;
                state.Done = 0;
                var invReq = new InvReq(guest, state.Epoch);
                foreach (var device in World.Devices)
                {
                    device.Tell(invReq, Self);
                }

                break;
            case PeerProtocol.Drain:
                state.Epoch++;
                state.Ivt = true;
                World.Dummy.Tell(new IoReq(guest, state.Epoch), Self);
                break;
        }

        if (Options.Defect == PeerDefect.D2)
        {
            Self.Tell(new Flush(guest), Self);
        }
    }

    private void Completed(InvComp completion)
    {
        ref var state = ref _guests[completion.Guest];
        if (state.Ivt && completion.Epoch == state.Epoch)
        {
            state.Done |= World.DeviceBit(Sender);
            state.Ivt = state.Done != World.AllDevices;
        }
    }

    private void Completed(DrainComplete completion)
    {
        ref var state = ref _guests[completion.Guest];
        if (!state.Ivt || (completion.Epoch != state.Epoch && Options.Defect != PeerDefect.D3))
        {
            return;
        }

        state.Ivt = false;
        if (Options.Defect == PeerDefect.D5)
        {
            for (int i = 0; i < _guests.Length; i++)
            {
                _guests[i].Ivt = false;
            }
        }
    }

    private struct PerGuest
    {
        public int Pte;
        public int Iotlb;
        public bool Ivt;
        public int Epoch;
        public uint Done;
    }
}
