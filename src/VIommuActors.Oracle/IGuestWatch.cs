using VIommuActors.Vtd;

namespace VIommuActors.Oracle;

/// <summary>A set of devices that share tables, as the guest numbers it; unique over all guests and units of a machine.</summary>
public readonly record struct DomainKey(int Value);

/// <summary>What the guest tells by acting: its mappings, its requests, and when it saw an invalidation end.</summary>
public interface IGuestWatch
{
    /// <summary>From now on <paramref name="source"/> of guest <paramref name="guest"/> belongs to <paramref name="domain"/>.</summary>
    void Attached(int guest, SourceId source, DomainKey domain);

    /// <summary>
    /// The guest made frames reachable: page i of the buffer lies at <paramref name="iova"/> + i · (<paramref name="pageMask"/> + 1).
    /// </summary>
    /// <param name="domain">Whose tables.</param>
    /// <param name="iova">First address, aligned to the page size.</param>
    /// <param name="pageMask">Page size − 1.</param>
    /// <param name="frames">Where each page lies.</param>
    /// <param name="readable">Devices may read.</param>
    /// <param name="writable">Devices may write.</param>
    Grant Granted(DomainKey domain, Iova iova, ulong pageMask, ReadOnlySpan<GuestPhysical> frames, bool readable, bool writable);

    /// <summary>The guest cleared the paging entries; a fault is legitimate from here on.</summary>
    void Withdrawn(Grant grant);

    /// <summary>
    /// The guest gave the buffer back to its owner although a device may still reach it (a policy's window, no violation).
    /// </summary>
    void HandedBack(Grant grant);

    /// <summary>The owner gave the buffer to the device again before the mapping was torn down.</summary>
    void Reclaimed(Grant grant);

    /// <summary>The guest saw an invalidation that covers the grant complete; it reuses the frames from here on.</summary>
    void Revoked(Grant grant);

    /// <summary>The guest asked a device for DMA into a buffer.</summary>
    void Issued(long work, int guest, SourceId source, Grant grant);

    /// <summary>The device reported the request over.</summary>
    void Finished(long work, bool faulted);

    /// <summary>The device went away with its process before the request was over, which is nobody's violation.</summary>
    void Abandoned(long work);

    /// <summary>
    /// The guest panicked and waits for nothing any more: what it had asked for is nobody's violation if it never comes. Its memory is
    /// still its own.
    /// </summary>
    void Panicked(int guest)
    {
    }

    /// <summary>The guest has started up; what it does from here on is its work.</summary>
    void WorkBegins(int guest);

    /// <summary>One invalidation, from the driver's first act to the completion it saw.</summary>
    void Invalidated(long latencyNs);

    /// <summary>The guest read a fault record of the device's whose reason is none that a unit can have.</summary>
    void Misreported(int guest, SourceId source);

    /// <summary>The guest gave up waiting for a completion (DMAR_OPERATION_TIMEOUT).</summary>
    void TimedOut(int guest, int vcpu, long waitedNs);
}

/// <summary>What guest memory sees: accesses as they take effect.</summary>
public interface IMemoryWatch
{
    /// <summary>An access is taking effect now.</summary>
    void Accessed(int guest, SourceId source, long work, Iova iova, GuestPhysical address, int bytes, bool isWrite);
}

/// <summary>Where in a run something is: the step being handled and its virtual time.</summary>
public interface IRunPosition
{
    /// <summary>Number of the step being handled.</summary>
    long Step { get; }

    /// <summary>Virtual nanoseconds since power on.</summary>
    long NowNs { get; }
}
