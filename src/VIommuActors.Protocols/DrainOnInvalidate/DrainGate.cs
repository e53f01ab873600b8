using VIommuActors.Protocols.Common;
using VIommuActors.Protocols.Messages;
using VIommuActors.Protocols.Seam;
using VIommuActors.Vtd;
using VIommuActors.Vtd.Invalidation;
using VIommuActors.Xen.Hypercalls;

namespace VIommuActors.Protocols.DrainOnInvalidate;

/// <summary>
/// The hypervisor's half: keeps every invalidation open until the emulator has reported a drain that began after its flush.
/// Epochs count the writes that opened something; a completion names an epoch and covers all up to it.
/// </summary>
/// <remarks>
/// Without <c>epochs</c>, as the proposal of 2016 was written, a completion names nothing and covers whatever is open when it arrives.
/// </remarks>
internal class DrainGate(IHypervisorPort port, bool selective, bool epochs) : IHypervisorHalf
{
    private readonly Queue<Open> _open = new();
    private long _epoch, _unforwarded;
    private bool _openedNow;

    public virtual bool Flushed(in Invalidation invalidation)
    {
        // Nobody serves the range, so nobody behind this unit holds a translation: waiting would be for ever.
        if (!port.EmulatorAttached) return true;
        if (!_openedNow)
        {
            _openedNow = true;
            _epoch++;
        }
        _open.Enqueue(new Open(invalidation.Id, _epoch, ScopeOf(invalidation)));
        return false;
    }

    public bool Refuses()
    {
        var opened = _openedNow;
        _openedNow = false;
        return opened;
    }

    public bool Receive(Message message)
    {
        switch (message)
        {
            case TranslateCall call:
                TranslateService.Answer(port, call);
                return true;
            case QueryCall query:
                port.Send(query.From, new QueryReply(port.Self, _epoch, _open.Count > 0, OpenScope(), query.Number));
                return true;
            case DrainComplete done:
                Complete(done);
                return true;
            default:
                return false;
        }
    }

    public void EmulatorGone()
    {
        // The process is reaped: its DMA is as drained as it will ever be.
        while (_open.TryDequeue(out var open)) port.Unit.Complete(open.Id);
        _openedNow = false;
    }

    /// <summary>Does a drain of <paramref name="drained"/> end what was opened as <paramref name="opened"/>?</summary>
    /// <param name="drained">The epoch that a completion names.</param>
    /// <param name="opened">The epoch of an open invalidation.</param>
    /// <param name="oldest">The epoch that was the oldest open one when the completion arrived.</param>
    protected virtual bool Covers(long drained, long opened, long oldest) => !epochs || opened <= drained;

    private void Complete(DrainComplete done)
    {
        var errno = 0;
        if (done.Epoch < 1 || done.Epoch > _epoch) errno = -(int)XenErrno.ESTALE;
        else if (!_open.TryPeek(out var oldest) || !Covers(done.Epoch, oldest.Epoch, oldest.Epoch)) errno = -(int)XenErrno.EALREADY;
        else
        {
            while (_open.TryPeek(out var open) && Covers(done.Epoch, open.Epoch, oldest.Epoch))
            {
                _open.Dequeue();
                port.Unit.Complete(open.Id);
            }
            // A wait with FN=1 may have held the queue back: what it runs now was triggered by no write that could be forwarded.
            if (Refuses()) _unforwarded = _epoch;
        }
        // Said in every reply until it is drained: the first one may get lost.
        var more = _open.Count > 0 && _unforwarded > Math.Max(done.Epoch, 0);
        port.Send(done.From, new DrainCompleteReply(port.Self, done.Epoch, errno, more));
    }

    private DrainScope OpenScope()
    {
        if (_open.Count == 0) return DrainScope.All;
        var scope = _open.Peek().Scope;
        foreach (var open in _open) scope = scope.Union(open.Scope);
        return scope;
    }

    private DrainScope ScopeOf(in Invalidation invalidation)
    {
        if (!selective || invalidation.Command is InvalidationCommand.TranslationEnable or InvalidationCommand.RootTablePointer)
            return DrainScope.All;
        return (invalidation.Command, invalidation.Granularity) switch
        {
            (InvalidationCommand.IotlbRegister or InvalidationCommand.QueuedIotlb, Granularity.Page) =>
                new DrainScope(false, invalidation.Domain, invalidation.Address, invalidation.Pages),
            (InvalidationCommand.IotlbRegister or InvalidationCommand.QueuedIotlb, Granularity.Domain) =>
                new DrainScope(false, invalidation.Domain, default, 1UL << 52),
            // A changed context entry can move a device to other tables under the same domain id: wait for everyone.
            _ => DrainScope.All,
        };
    }

    private readonly record struct Open(InvalidationId Id, long Epoch, DrainScope Scope);
}
