using VIommuActors.Vtd.Invalidation;

namespace VIommuActors.Vtd;

/// <summary>What a unit needs from whoever hosts it. Calls come synchronously out of the unit's own methods.</summary>
public interface IVtdHost
{
    /// <summary>
    /// The unit has dropped everything that <paramref name="invalidation"/> covers from its own caches.
    /// True: nothing else holds an old translation, complete it now. False: <see cref="VtdUnit.Complete"/> follows.
    /// </summary>
    bool Flushed(in Invalidation.Invalidation invalidation);

    /// <summary>
    /// Shows the unit the requester ids behind it. Asked only with QEMU's ways: QEMU decides at once for all of them, not at their next
    /// request, which ones bypass the unit.
    /// </summary>
    void VisitSources(Action<SourceId> visit)
    {
    }

    /// <summary>The unit sends a message-signalled interrupt (fault event or invalidation event).</summary>
    void SendMessage(GuestPhysical address, uint data);

    /// <summary>A descriptor was fetched from the invalidation queue and verified. For observers; must not call back.</summary>
    void DescriptorFetched(ulong low, ulong high);

    /// <summary>A wait descriptor's status was written to guest memory. For observers; must not call back.</summary>
    void StatusWritten(GuestPhysical address, uint data);
}
