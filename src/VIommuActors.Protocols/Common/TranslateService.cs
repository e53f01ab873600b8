using VIommuActors.Protocols.Messages;
using VIommuActors.Protocols.Seam;
using VIommuActors.Xen.Hypercalls;

namespace VIommuActors.Protocols.Common;

/// <summary>
/// The hypervisor's side of viommu_translate: one walk, one answer, atomic with respect to everything else the unit does.
/// </summary>
internal static class TranslateService
{
    public static void Answer(IHypervisorPort port, TranslateCall call) => port.Send(call.From, Translate(port, call));

    /// <summary>The answer, not sent yet.</summary>
    public static TranslateReply Translate(IHypervisorPort port, TranslateCall call)
    {
        var result = port.Unit.Translate(call.Source, call.Iova, call.Wanted);
        var errno = result.Ok ? 0 : -(int)XenErrno.EFAULT;
        return new TranslateReply(port.Self, call.Slot, call.Iova, errno, result.Address, result.Mask, result.Allowed, result.Domain);
    }
}
