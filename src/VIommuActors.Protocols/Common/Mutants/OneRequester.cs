using VIommuActors.Protocols.Messages;
using VIommuActors.Protocols.Seam;
using VIommuActors.Vtd;

namespace VIommuActors.Protocols.Common.Mutants;

/// <summary>The context entry of the first requester serves them all.</summary>
internal sealed class OneRequester(IHypervisorPort port, IHypervisorHalf real) : HypervisorHalfTwin(port, real)
{
    private SourceId? _first;

    public override bool Receive(Message message)
    {
        if (message is not TranslateCall call) return base.Receive(message);
        _first ??= call.Source;
        return base.Receive(call with { Source = _first.Value });
    }
}
