using VIommuActors.Machine.Hypervisor;
using VIommuActors.Protocols.Messages;
using VIommuActors.Protocols.Seam;
using VIommuActors.Vtd;
using VIommuActors.Vtd.Memory;
using VIommuActors.Vtd.Spec;

namespace VIommuActors.Machine.Mutants;

/// <summary>
/// A unit whose IQT is a plain register: descriptors wait until someone reads IQH, which a driver that polls its status word never does.
/// </summary>
internal sealed class StoredTail : MachineParts
{
    public override IParty Unit(
        IPort port, GuestNodes nodes, int index, VtdOptions unit, IGuestMemory memory, IProtocol protocol, ProtocolOptions options,
        IUnitObserver? observer)
    {
        var muted = new MutedPort(port);
        return new Twin(port, muted, base.Unit(muted, nodes, index, unit, memory, protocol, options, observer), nodes.UnitBases[index]);
    }

    private sealed class Twin(IPort port, MutedPort muted, IParty real, ulong unitBase) : IParty
    {
        private MmioAccess? _stored;

        public void Receive(Message message)
        {
            if (message is MmioAccess { IsWrite: true } write && write.Address == unitBase + RegisterOffset.Iqt)
            {
                _stored = write;
                port.Send(write.From, new MmioDone(port.Self, 0, write.Why));
                return;
            }
            if (message is MmioAccess { IsWrite: false } read && read.Address == unitBase + RegisterOffset.Iqh && _stored is { } tail)
            {
                _stored = null;
                // The vCPU was let go when the tail was stored.
                muted.IsMuted = true;
                real.Receive(tail);
                muted.IsMuted = false;
            }
            real.Receive(message);
        }
    }

    private sealed class MutedPort(IPort port) : IPort
    {
        public bool IsMuted { get; set; }

        public NodeId Self => port.Self;

        public long NowNs => port.NowNs;

        public void Send(NodeId to, Message message)
        {
            if (!IsMuted || message is not MmioDone) port.Send(to, message);
        }

        public void After(long delayNs, Message message) => port.After(delayNs, message);
    }
}

/// <summary>A unit whose fault record has the reason sixteen bits too high; reading back what one wrote oneself does not show it.</summary>
internal sealed class MisplacedReason : MachineParts
{
    private const int Right = 32, Wrong = 48;
    private const ulong Reason = 0xff;

    public override IParty Unit(
        IPort port, GuestNodes nodes, int index, VtdOptions unit, IGuestMemory memory, IProtocol protocol, ProtocolOptions options,
        IUnitObserver? observer)
    {
        var changing = new ChangingPort(port);
        return new Twin(changing, base.Unit(changing, nodes, index, unit, memory, protocol, options, observer), nodes.UnitBases[index]);
    }

    private sealed class Twin(ChangingPort changing, IParty real, ulong unitBase) : IParty
    {
        public void Receive(Message message)
        {
            changing.IsRecord = message is MmioAccess { IsWrite: false, Size: 8 } read
                && read.Address == unitBase + RegisterOffset.Frcd + 8;
            real.Receive(message);
        }
    }

    private sealed class ChangingPort(IPort port) : IPort
    {
        public bool IsRecord { get; set; }

        public NodeId Self => port.Self;

        public long NowNs => port.NowNs;

        public void Send(NodeId to, Message message) =>
            port.Send(to, IsRecord && message is MmioDone done ? done with { Value = Moved(done.Value) } : message);

        public void After(long delayNs, Message message) => port.After(delayNs, message);

        private static ulong Moved(ulong record) => (record & ~(Reason << Right)) | ((record >> Right & Reason) << Wrong);
    }
}
