using VIommuActors.Protocols.Common;
using VIommuActors.Protocols.Messages;
using VIommuActors.Protocols.Seam;

namespace VIommuActors.Protocols.DrainOnInvalidate.Mutants;

/// <summary>Of all slots that hold a translation it waits for the first.</summary>
internal sealed class OneOfTwo(IDevicePort port) : DrainingDevice(port)
{
    protected override bool WaitsFor(TranslatedAccess access, int slot, in DrainScope scope)
    {
        for (var earlier = 0; earlier < slot; earlier++)
        {
            if (access.Holds(earlier, scope)) return false;
        }
        return base.WaitsFor(access, slot, scope);
    }
}

/// <summary>What has not been answered is not in its hands, it thinks; but the answer may be older than the flush.</summary>
internal sealed class ForgetsTranslating(IDevicePort port) : DrainingDevice(port)
{
    protected override bool WaitsFor(TranslatedAccess access, int slot, in DrainScope scope) =>
        access.IsTouching(slot) && base.WaitsFor(access, slot, scope);
}

/// <summary>Drains as a unit that is only asked for DW.</summary>
internal sealed class WritesOnly(IDevicePort port) : DrainingDevice(port)
{
    protected override bool WaitsFor(TranslatedAccess access, int slot, in DrainScope scope) =>
        access.IsWriting(slot) && base.WaitsFor(access, slot, scope);
}

/// <summary>Waits for the access under way, and keeps the mapping for the next one.</summary>
internal sealed class KeepsHeld(IDevicePort port) : DrainingDevice(port)
{
    protected override void Revoke(TranslatedAccess access, in DrainScope scope)
    {
    }
}

/// <summary>Forgets the address mask of a page-selective invalidation.</summary>
internal sealed class WrongMask(IDeviceHalf real) : IDeviceHalf
{
    public void Start(in DeviceAccess access) => real.Start(access);

    public void Release(int slot) => real.Release(slot);

    public bool Receive(Message message) =>
        real.Receive(message is Drain { Scope.Everything: false } drain ? drain with { Scope = drain.Scope with { Pages = 1 } } : message);
}
