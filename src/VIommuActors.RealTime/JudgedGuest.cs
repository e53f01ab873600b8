using VIommuActors.Oracle;
using VIommuActors.Vtd;

namespace VIommuActors.RealTime;

/// <summary>
/// The judge of one guest. Where its vCPUs and its memory tell it from different threads it is behind a lock. An access is judged before it
/// takes effect and a revocation is told after the guest saw it, so what the lock puts in order is an order that the guest can observe.
/// </summary>
public sealed class JudgedGuest : IGuestWatch, IMemoryWatch, IRunPosition
{
    private readonly Lock? _gate;
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
    /// <param name="ownThread">Whoever tells or asks it does so in one thread, or when nothing of the guest runs: no lock is taken.</param>
    public JudgedGuest(
        HostClock clock, Func<long> step, Action<long>? invalidationSeen, Action? workBegan = null, Action<long>? dmaSeen = null,
        bool ownThread = false)
    {
        _gate = ownThread ? null : new Lock();
        _clock = clock;
        _dmaSeen = dmaSeen;
        _issuedNs = dmaSeen is null ? null : [];
        _step = step;
        _oracle = new DmaOracle(this) { InvalidationSeen = invalidationSeen, WorkBegan = workBegan };
    }

    /// <summary>Called for each violation, under the lock if there is one.</summary>
    public Action<Violation>? Broken
    {
        set => _oracle.Broken = value;
    }

    long IRunPosition.Step => _step();

    long IRunPosition.NowNs => _clock.NowNs;

    /// <summary>Reads the oracle while nobody else does.</summary>
    public T Ask<T>(Func<DmaOracle, T> question)
    {
        using (Hold()) return question(_oracle);
    }

    /// <inheritdoc/>
    public void Attached(int guest, SourceId source, DomainKey domain)
    {
        using (Hold()) _oracle.Attached(guest, source, domain);
    }

    /// <inheritdoc/>
    public Grant Granted(DomainKey domain, Iova iova, ulong pageMask, ReadOnlySpan<GuestPhysical> frames, bool readable, bool writable)
    {
        using (Hold()) return _oracle.Granted(domain, iova, pageMask, frames, readable, writable);
    }

    /// <inheritdoc/>
    public void Withdrawn(Grant grant)
    {
        using (Hold()) _oracle.Withdrawn(grant);
    }

    /// <inheritdoc/>
    public void HandedBack(Grant grant)
    {
        using (Hold()) _oracle.HandedBack(grant);
    }

    /// <inheritdoc/>
    public void Reclaimed(Grant grant)
    {
        using (Hold()) _oracle.Reclaimed(grant);
    }

    /// <inheritdoc/>
    public void Revoked(Grant grant)
    {
        using (Hold()) _oracle.Revoked(grant);
    }

    /// <inheritdoc/>
    public void Issued(long work, int guest, SourceId source, Grant grant)
    {
        using (Hold())
        {
            _oracle.Issued(work, guest, source, grant);
            _issuedNs?.Add(work, _clock.NowNs);
        }
    }

    /// <inheritdoc/>
    public void Finished(long work, bool faulted)
    {
        using (Hold())
        {
            _oracle.Finished(work, faulted);
            if (_issuedNs is not null && _issuedNs.Remove(work, out var issued)) _dmaSeen!(_clock.NowNs - issued);
        }
    }

    /// <inheritdoc/>
    public void Abandoned(long work)
    {
        using (Hold())
        {
            _oracle.Abandoned(work);
            _issuedNs?.Remove(work);
        }
    }

    /// <inheritdoc/>
    public void Panicked(int guest)
    {
        using (Hold()) _oracle.Panicked(guest);
    }

    /// <inheritdoc/>
    public void WorkBegins(int guest)
    {
        using (Hold()) _oracle.WorkBegins(guest);
    }

    /// <inheritdoc/>
    public void Invalidated(long latencyNs)
    {
        using (Hold()) _oracle.Invalidated(latencyNs);
    }

    /// <inheritdoc/>
    public void Misreported(int guest, SourceId source)
    {
        using (Hold()) _oracle.Misreported(guest, source);
    }

    /// <inheritdoc/>
    public void TimedOut(int guest, int vcpu, long waitedNs)
    {
        using (Hold()) _oracle.TimedOut(guest, vcpu, waitedNs);
    }

    /// <inheritdoc/>
    public void Accessed(int guest, SourceId source, long work, Iova iova, GuestPhysical address, int bytes, bool isWrite)
    {
        using (Hold()) _oracle.Accessed(guest, source, work, iova, address, bytes, isWrite);
    }

    private Held Hold() => new(_gate);

    private readonly ref struct Held
    {
        private readonly Lock? _gate;

        public Held(Lock? gate)
        {
            _gate = gate;
            gate?.Enter();
        }

        public void Dispose() => _gate?.Exit();
    }
}
