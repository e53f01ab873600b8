using VIommuActors.Protocols.Messages;
using VIommuActors.Protocols.Seam;

namespace VIommuActors.Protocols.DrainOnInvalidate;

/// <summary>
/// QEMU's half, the drain in the dummy vIOMMU: ask which epoch is open, tell every device, count the acknowledgements, report.
/// Several drains may run at once; each belongs to the epoch that the hypervisor named before any device was told.
/// </summary>
internal sealed class DrainCoordinator(IDeviceModelPort port, long retransmitNs) : IDeviceModelHalf
{
    private readonly List<Running> _running = [];
    private long _reported, _asked, _answered;
    private bool _timed;

    public void Forwarded(ulong address, ulong value) => Ask();

    public bool Receive(Message message)
    {
        switch (message)
        {
            case QueryReply reply:
                // The answer to a query is younger than every write that was forwarded before it: it answers the earlier ones too.
                _answered = Math.Max(_answered, reply.Number);
                Begin(reply);
                return true;
            case DrainAck ack:
                Acknowledge(ack);
                return true;
            case DrainCompleteReply reply:
                _running.RemoveAll(drain => drain.Epoch <= reply.Epoch && drain.Missing.Count == 0);
                if (reply.More) Ask();
                return true;
            case DrainRetry { Epoch: 0 }:
                _timed = false;
                if (_answered < _asked) Ask();
                return true;
            case DrainRetry retry:
                Retry(retry.Epoch);
                return true;
            default:
                return false;
        }
    }

    public void DeviceGone(NodeId device)
    {
        // Its accesses are as drained as they will ever be, and nobody is left to say so.
        foreach (var running in _running.ToArray())
        {
            if (running.Missing.Remove(device) && running.Missing.Count == 0) Report(running);
        }
    }

    private void Ask()
    {
        port.Send(port.Hypervisor, new QueryCall(port.Self, ++_asked));
        if (retransmitNs == 0 || _timed) return;
        _timed = true;
        port.After(retransmitNs, new DrainRetry(port.Self, 0));
    }

    private void Begin(QueryReply reply)
    {
        // A drain of this epoch that has begun was begun after the query that named it, hence after the flush: one is enough.
        if (!reply.Open || reply.Epoch <= _reported || _running.Exists(drain => drain.Epoch == reply.Epoch)) return;
        var running = new Running(reply.Epoch, reply.Scope, [.. port.Devices]);
        _running.Add(running);
        foreach (var device in port.Devices) port.Send(device, new Drain(port.Self, reply.Epoch, reply.Scope));
        if (retransmitNs > 0) port.After(retransmitNs, new DrainRetry(port.Self, reply.Epoch));
        if (running.Missing.Count == 0) Report(running);
    }

    private void Acknowledge(DrainAck ack)
    {
        var running = _running.Find(drain => drain.Epoch == ack.Epoch);
        // Late, doubled or unknown acknowledgements find nothing to remove.
        if (running is null || !running.Missing.Remove(ack.From) || running.Missing.Count > 0) return;
        Report(running);
    }

    private void Report(Running running)
    {
        _reported = Math.Max(_reported, running.Epoch);
        port.Send(port.Hypervisor, new DrainComplete(port.Self, running.Epoch));
        if (retransmitNs == 0) _running.Remove(running);
    }

    private void Retry(long epoch)
    {
        var running = _running.Find(drain => drain.Epoch == epoch);
        if (running is null) return;
        if (running.Missing.Count == 0) port.Send(port.Hypervisor, new DrainComplete(port.Self, epoch));
        foreach (var device in running.Missing) port.Send(device, new Drain(port.Self, epoch, running.Scope));
        port.After(retransmitNs, new DrainRetry(port.Self, epoch));
    }

    private sealed record Running(long Epoch, DrainScope Scope, List<NodeId> Missing);
}
