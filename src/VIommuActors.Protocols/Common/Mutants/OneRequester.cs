using VIommuActors.Protocols.Messages;
using VIommuActors.Protocols.Seam;
using VIommuActors.Vtd;

namespace VIommuActors.Protocols.Common.Mutants;

/// <summary>What the first requester's tables map is mapped for everyone.</summary>
internal sealed class OneRequester(IHypervisorPort port, IHypervisorHalf real) : HypervisorHalfTwin(port, real)
{
    private SourceId? _first;

    public override bool Receive(Message message)
    {
        if (message is not TranslateCall call) return base.Receive(message);
        _first ??= call.Source;
        var found = TranslateService.Translate(Port, call with { Source = _first.Value });
        if (found.Errno != 0) return base.Receive(call);
        Port.Send(call.From, found);
        return true;
    }
}
