using VIommuActors.Protocols.Messages;
using VIommuActors.Protocols.Seam;
using VIommuActors.Vtd;
using VIommuActors.Vtd.Invalidation;
using VIommuActors.Vtd.Translation;
using VIommuActors.Xen.Hypercalls;

namespace VIommuActors.Protocols.Memcpy;

/// <summary>
/// The hypervisor's half: viommu_copy under the unit's lock. Copies share the lock, register writes take it alone, and a
/// waiting write goes before copies that come later, so neither side starves the other.
/// </summary>
/// <remarks>
/// "One step" is this lock, not one mailbox turn: a copy takes time, and from its translation to its last byte no register
/// write, hence no invalidation, reaches the unit.
/// </remarks>
internal sealed class CopyService(IHypervisorPort port) : IHypervisorHalf
{
    private readonly Queue<CopyCall> _behindWriter = new();
    private readonly List<Running?> _running = [];
    private readonly Stack<int> _free = new();
    private int _copies;
    private bool _writerWaits;

    public bool Admit(MmioAccess write)
    {
        _writerWaits = _copies > 0;
        return !_writerWaits;
    }

    public bool Flushed(in Invalidation invalidation) => true;

    public void EmulatorGone() => _behindWriter.Clear();

    public void DeviceGone(SourceId source)
    {
        for (var left = _behindWriter.Count; left > 0; left--)
        {
            var call = _behindWriter.Dequeue();
            if (call.Source != source) _behindWriter.Enqueue(call);
        }
    }

    public bool Receive(Message message)
    {
        switch (message)
        {
            case CopyCall call:
                // Bounded by the devices' slots: each has at most one call under way.
                if (_writerWaits) _behindWriter.Enqueue(call);
                else Copy(call);
                return true;
            case DmaDone done:
                Copied(done.Slot);
                return true;
            default:
                return false;
        }
    }

    private void Copy(CopyCall call)
    {
        var result = port.Unit.Translate(call.Source, call.Iova, call.IsWrite ? Permission.Write : Permission.Read);
        if (!result.Ok)
        {
            port.Send(call.From, new CopyReply(port.Self, call.Slot, -(int)XenErrno.EFAULT, 0));
            return;
        }
        var left = result.Mask + 1 - (call.Iova.Value & result.Mask);
        var bytes = left == 0 || left > (ulong)call.Bytes ? call.Bytes : (int)left;
        var slot = Take(new Running(call.From, call.Slot, bytes));
        port.Send(port.Memory, new DmaAccess(port.Self, slot, call.Source, call.Work, call.Iova, result.Address, bytes, call.IsWrite));
    }

    private void Copied(int slot)
    {
        if (slot >= _running.Count || _running[slot] is not { } copy) return;
        _running[slot] = null;
        _free.Push(slot);
        _copies--;
        port.Send(copy.Device, new CopyReply(port.Self, copy.DeviceSlot, 0, copy.Bytes));
        if (_copies > 0 || !_writerWaits) return;
        _writerWaits = false;
        port.Resume();
        while (!_writerWaits && _behindWriter.TryDequeue(out var call)) Copy(call);
    }

    private int Take(Running copy)
    {
        _copies++;
        if (!_free.TryPop(out var slot))
        {
            slot = _running.Count;
            _running.Add(null);
        }
        _running[slot] = copy;
        return slot;
    }

    private readonly record struct Running(NodeId Device, int DeviceSlot, int Bytes);
}
