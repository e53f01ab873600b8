using VIommuActors.Oracle;
using VIommuActors.Vtd;

namespace VIommuActors.RealTime;

/// <summary>
/// The judge of one guest behind a lock: its vCPUs and its memory tell it from different threads. An access is judged before it takes
/// effect and a revocation is told after the guest saw it, so what the lock puts in order is an order that the guest can observe.
/// </summary>
public sealed class JudgedGuest : IGuestWatch, IMemoryWatch, IRunPosition
{
    private readonly Lock _gate = new();
    private readonly HostClock _clock;
    private readonly Func<long> _step;
    private readonly DmaOracle _oracle;
    private readonly Dictionary<long, long>? _issuedNs;
    private readonly Action<long>? _dmaSeen;

    /// <summary>A judge whose violations name the time of <paramref name="clock"/> and the step of <paramref name="step"/>.</summary>
    /// <param name="clock">The run's clock.</param>
    /// <param name="step">Number of the step under way.</param>
    /// <param name="invalidationSeen">Told what each invalidation took.</param>
    /// <param name="workBegan">Told when the guest has started up.</param>
    /// <param name="dmaSeen">Told what each request took as its guest saw it, from the doorbell to the interrupt.</param>
    public JudgedGuest(
        HostClock clock, Func<long> step, Action<long>? invalidationSeen, Action? workBegan = null, Action<long>? dmaSeen = null)
    {
        _clock = clock;
        _dmaSeen = dmaSeen;
        _issuedNs = dmaSeen is null ? null : [];
        _step = step;
        _oracle = new DmaOracle(this) { InvalidationSeen = invalidationSeen, WorkBegan = workBegan };
    }

    /// <summary>Called under the lock for each violation.</summary>
    public Action<Violation>? Broken
    {
        set => _oracle.Broken = value;
    }

    long IRunPosition.Step => _step();

    long IRunPosition.NowNs => _clock.NowNs;

    /// <summary>Reads the oracle while nobody else does.</summary>
    public T Ask<T>(Func<DmaOracle, T> question)
    {
        lock (_gate) return question(_oracle);
    }

    /// <inheritdoc/>
    public void Attached(int guest, SourceId source, DomainKey domain)
    {
        lock (_gate) _oracle.Attached(guest, source, domain);
    }

    /// <inheritdoc/>
    public Grant Granted(DomainKey domain, Iova iova, ulong pageMask, ReadOnlySpan<GuestPhysical> frames, bool readable, bool writable)
    {
        lock (_gate) return _oracle.Granted(domain, iova, pageMask, frames, readable, writable);
    }

    /// <inheritdoc/>
    public void Withdrawn(Grant grant)
    {
        lock (_gate) _oracle.Withdrawn(grant);
    }

    /// <inheritdoc/>
    public void HandedBack(Grant grant)
    {
        lock (_gate) _oracle.HandedBack(grant);
    }

    /// <inheritdoc/>
    public void Reclaimed(Grant grant)
    {
        lock (_gate) _oracle.Reclaimed(grant);
    }

    /// <inheritdoc/>
    public void Revoked(Grant grant)
    {
        lock (_gate) _oracle.Revoked(grant);
    }

    /// <inheritdoc/>
    public void Issued(long work, int guest, SourceId source, Grant grant)
    {
        lock (_gate)
        {
            _oracle.Issued(work, guest, source, grant);
            _issuedNs?.Add(work, _clock.NowNs);
        }
    }

    /// <inheritdoc/>
    public void Finished(long work, bool faulted)
    {
        lock (_gate)
        {
            _oracle.Finished(work, faulted);
            if (_issuedNs is not null && _issuedNs.Remove(work, out var issued)) _dmaSeen!(_clock.NowNs - issued);
        }
    }

    /// <inheritdoc/>
    public void Abandoned(long work)
    {
        lock (_gate)
        {
            _oracle.Abandoned(work);
            _issuedNs?.Remove(work);
        }
    }

    /// <inheritdoc/>
    public void Panicked(int guest)
    {
        lock (_gate) _oracle.Panicked(guest);
    }

    /// <inheritdoc/>
    public void WorkBegins(int guest)
    {
        lock (_gate) _oracle.WorkBegins(guest);
    }

    /// <inheritdoc/>
    public void Invalidated(long latencyNs)
    {
        lock (_gate) _oracle.Invalidated(latencyNs);
    }

    /// <inheritdoc/>
    public void Misreported(int guest, SourceId source)
    {
        lock (_gate) _oracle.Misreported(guest, source);
    }

    /// <inheritdoc/>
    public void TimedOut(int guest, int vcpu, long waitedNs)
    {
        lock (_gate) _oracle.TimedOut(guest, vcpu, waitedNs);
    }

    /// <inheritdoc/>
    public void Accessed(int guest, SourceId source, long work, Iova iova, GuestPhysical address, int bytes, bool isWrite)
    {
        lock (_gate) _oracle.Accessed(guest, source, work, iova, address, bytes, isWrite);
    }
}
