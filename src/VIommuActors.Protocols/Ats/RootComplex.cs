using VIommuActors.Protocols.Messages;
using VIommuActors.Protocols.Seam;
using VIommuActors.Vtd;
using VIommuActors.Vtd.Invalidation;
using VIommuActors.Vtd.Translation;

namespace VIommuActors.Protocols.Ats;

/// <summary>
/// The hypervisor's half: answers translation requests and turns device-TLB descriptors into invalidate requests, each under an
/// ITag that is not reused before its completion or its timeout. A silent device ends in ITE.
/// </summary>
/// <remarks>Tags go round, so that a completion that comes after its timeout finds its tag free rather than somebody else's.</remarks>
internal sealed class RootComplex(IHypervisorPort port, long timeoutNs) : IHypervisorHalf
{
    /// <summary>Invalidations a device may have outstanding (PCIe ATS: ITag is 5 bits).</summary>
    private const int Tags = 32;

    private readonly SortedDictionary<int, Endpoint> _endpoints = [];
    private int _outstanding;
    private bool _watching;

    public bool Flushed(in Invalidation invalidation)
    {
        if (invalidation.Command != InvalidationCommand.QueuedDeviceTlb) return true;
        var device = port.DeviceOf(invalidation.Source);
        if (!device.Exists || !port.EmulatorAttached) return true;
        if (!_endpoints.TryGetValue(invalidation.Source.Value, out var endpoint))
            _endpoints.Add(invalidation.Source.Value, endpoint = new Endpoint(device));
        // Bounded by the length of the invalidation queue, which holds the descriptor until it completes.
        endpoint.Waiting.Enqueue(invalidation);
        Issue(endpoint);
        return false;
    }

    public bool Receive(Message message)
    {
        switch (message)
        {
            case AtsTranslate request:
                Translate(request);
                return true;
            case InvComp completion:
                Complete(completion);
                return true;
            case InvWatchdog:
                LookForTimeouts();
                return true;
            default:
                return false;
        }
    }

    public void EmulatorGone()
    {
        // The devices died with their TLBs and their DMA: nothing can be stale any more.
        foreach (var endpoint in _endpoints.Values) CompleteAll(endpoint);
    }

    public void DeviceGone(SourceId source)
    {
        // Whoever goes on waiting for a device that was pulled out waits until the timeout, or for ever.
        if (_endpoints.TryGetValue(source.Value, out var endpoint)) CompleteAll(endpoint);
    }

    private void CompleteAll(Endpoint endpoint)
    {
        var ended = new List<InvalidationId>();
        for (var tag = 0; tag < Tags; tag++)
        {
            if (endpoint.Take(tag) is not { } pending) continue;
            _outstanding--;
            ended.Add(pending.Id);
        }
        while (endpoint.Waiting.TryDequeue(out var waiting)) ended.Add(waiting.Id);
        // Last, for the queue goes on from here and may ask the same device again.
        foreach (var id in ended) port.Unit.Complete(id);
    }

    private void Translate(AtsTranslate request)
    {
        var result = port.Unit.TranslateForDevice(request.Source, request.Iova, request.Wanted);
        var allowed = result.Ok ? result.Allowed : Permission.None;
        port.Send(request.From, new AtsTranslated(port.Self, request.Slot, request.Iova, result.Address, result.Mask, allowed));
    }

    private void Issue(Endpoint endpoint)
    {
        while (endpoint.Waiting.Count > 0 && endpoint.FreeTag() is { } tag)
        {
            var invalidation = endpoint.Waiting.Dequeue();
            endpoint.Put(tag, new Pending(invalidation.Id, port.NowNs));
            _outstanding++;
            port.Send(endpoint.Device, new InvReq(port.Self, tag, invalidation.Address, invalidation.Pages));
        }
        if (_watching || _outstanding == 0) return;
        _watching = true;
        port.After(timeoutNs, new InvWatchdog(port.Self));
    }

    private void Complete(InvComp completion)
    {
        if (completion.ITag is < 0 or >= Tags
            || !_endpoints.TryGetValue(completion.Source.Value, out var endpoint)
            || endpoint.Take(completion.ITag) is not { } pending)
        {
            port.Unit.UnexpectedCompletion(completion.Source);
            return;
        }
        _outstanding--;
        port.Unit.Complete(pending.Id);
        Issue(endpoint);
    }

    private void LookForTimeouts()
    {
        long? oldest = null;
        foreach (var endpoint in _endpoints.Values)
        {
            for (var tag = 0; tag < Tags; tag++)
            {
                if (endpoint.Peek(tag) is not { } pending || pending.SentNs + timeoutNs > port.NowNs) continue;
                endpoint.Take(tag);
                _outstanding--;
                port.Unit.TimeOut(pending.Id);
            }
            // The tags are free again for what had to queue behind them.
            Issue(endpoint);
            for (var tag = 0; tag < Tags; tag++)
            {
                if (endpoint.Peek(tag) is { } pending && (oldest is null || pending.SentNs < oldest)) oldest = pending.SentNs;
            }
        }
        _watching = oldest is not null;
        if (oldest is { } sent) port.After(sent + timeoutNs - port.NowNs, new InvWatchdog(port.Self));
    }

    private readonly record struct Pending(InvalidationId Id, long SentNs);

    private sealed class Endpoint(NodeId device)
    {
        private readonly Pending?[] _tags = new Pending?[Tags];
        private int _next;

        public NodeId Device { get; } = device;

        public Queue<Invalidation> Waiting { get; } = new();

        public int? FreeTag()
        {
            for (var i = 0; i < Tags; i++)
            {
                var tag = (_next + i) % Tags;
                if (_tags[tag] is null) return tag;
            }
            return null;
        }

        public void Put(int tag, Pending pending)
        {
            _tags[tag] = pending;
            _next = (tag + 1) % Tags;
        }

        public Pending? Peek(int tag) => _tags[tag];

        public Pending? Take(int tag)
        {
            var pending = _tags[tag];
            _tags[tag] = null;
            return pending;
        }
    }
}
