using VIommuActors.Vtd;

namespace VIommuActors.Oracle;

/// <summary>Counts what a guest does and judges nothing: what is left of a run when the judge is switched off. Any thread.</summary>
public sealed class UnjudgedGuest(IRunPosition position, Action<long>? invalidationSeen) : IGuestWatch, IMemoryWatch
{
    private long _issues, _done, _faulted, _abandoned, _invalidations;

    /// <summary>DMA requests issued.</summary>
    public long Issues => Volatile.Read(ref _issues);

    /// <summary>Requests that completed.</summary>
    public long Done => Volatile.Read(ref _done);

    /// <summary>Requests that were refused.</summary>
    public long Faulted => Volatile.Read(ref _faulted);

    /// <summary>Requests that went with their device or their guest.</summary>
    public long AbandonedRequests => Volatile.Read(ref _abandoned);

    /// <summary>Invalidations seen complete.</summary>
    public long Invalidations => Volatile.Read(ref _invalidations);

    /// <inheritdoc/>
    public void Attached(int guest, SourceId source, DomainKey domain)
    {
    }

    /// <inheritdoc/>
    public Grant Granted(DomainKey domain, Iova iova, ulong pageMask, ReadOnlySpan<GuestPhysical> frames, bool readable, bool writable) =>
        new(domain, iova, pageMask, [.. frames], readable, writable, new Moment(position.Step, position.NowNs));

    /// <inheritdoc/>
    public void Withdrawn(Grant grant)
    {
    }

    /// <inheritdoc/>
    public void HandedBack(Grant grant)
    {
    }

    /// <inheritdoc/>
    public void Reclaimed(Grant grant)
    {
    }

    /// <inheritdoc/>
    public void Revoked(Grant grant)
    {
    }

    /// <inheritdoc/>
    public void Issued(long work, int guest, SourceId source, Grant grant) => Interlocked.Increment(ref _issues);

    /// <inheritdoc/>
    public void Finished(long work, bool faulted) => Interlocked.Increment(ref faulted ? ref _faulted : ref _done);

    /// <inheritdoc/>
    public void Abandoned(long work) => Interlocked.Increment(ref _abandoned);

    /// <inheritdoc/>
    public void WorkBegins(int guest)
    {
    }

    /// <inheritdoc/>
    public void Invalidated(long latencyNs)
    {
        Interlocked.Increment(ref _invalidations);
        invalidationSeen?.Invoke(latencyNs);
    }

    /// <inheritdoc/>
    public void Misreported(int guest, SourceId source)
    {
    }

    /// <inheritdoc/>
    public void TimedOut(int guest, int vcpu, long waitedNs)
    {
    }

    /// <inheritdoc/>
    public void Accessed(int guest, SourceId source, long work, Iova iova, GuestPhysical address, int bytes, bool isWrite)
    {
    }
}
