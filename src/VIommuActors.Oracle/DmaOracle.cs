using System.Collections.Immutable;
using VIommuActors.Vtd;

namespace VIommuActors.Oracle;

/// <summary>
/// Judges a run by what the guest did and what reached memory. It has no view of registers, caches, epochs or acknowledgements,
/// so a protocol's own mistake cannot excuse itself here.
/// </summary>
/// <remarks>
/// An access is judged by where it lands: it is legitimate while its device's domain has a live mapping of that address to that
/// place in memory. A frame that was unmapped and mapped again at the same address for the same domain is legitimate again; whether
/// the translation was the older one cannot be told from outside, and makes no difference to what the guest sees.
/// An access that no live mapping allows is stale if an older one allowed that kind of access to that frame, whatever the address
/// it used; the latest such mapping is named. Otherwise it is an escape. A device that changes its domain is judged by the new one
/// from then on. An access that crosses a page border is its caller's to divide.
/// Memory is bounded by live mappings, unfinished requests and, per domain, two entries for each frame of each page size.
/// </remarks>
public sealed class DmaOracle(IRunPosition position) : IGuestWatch, IMemoryWatch
{
    /// <summary>Violations kept in full; the counts go on.</summary>
    public const int DetailLimit = 200;

    private static readonly ulong[] PageMasks = [0xfff, 0x1f_ffff, 0x3fff_ffff];

    private readonly Dictionary<(int Guest, SourceId Source), DomainKey> _domains = [];
    private readonly Dictionary<(DomainKey Domain, ulong Iova, ulong Mask), List<(Grant Grant, int Page)>> _live = [];
    private readonly Dictionary<(DomainKey Domain, ulong Frame, ulong Mask, bool IsWrite), Grant> _past = [];
    private readonly Dictionary<(DomainKey Domain, ulong Frame, ulong Mask), int> _generations = [];
    private readonly Dictionary<long, (int Guest, SourceId Source, Grant Grant)> _requests = [];
    private readonly long[] _counts = new long[Properties.All.Count];
    private readonly List<Violation> _violations = [];
    private readonly HashSet<int> _panicked = [];

    /// <summary>Called for each violation as it happens, also for those beyond <see cref="DetailLimit"/>.</summary>
    public Action<Violation>? Broken { get; set; }

    /// <summary>Called with the latency of each invalidation a guest saw complete.</summary>
    public Action<long>? InvalidationSeen { get; set; }

    /// <summary>Called when a guest has started up.</summary>
    public Action? WorkBegan { get; set; }

    /// <summary>The first <see cref="DetailLimit"/> violations, in order.</summary>
    public IReadOnlyList<Violation> Violations => _violations;

    /// <summary>DMA requests issued, completed, refused, and gone with their device or their guest.</summary>
    public long Issues { get; private set; }

    /// <summary>Requests that completed.</summary>
    public long Done { get; private set; }

    /// <summary>Requests that were refused.</summary>
    public long Faulted { get; private set; }

    /// <summary>Requests that died with their device, alone or with its process, or with their guest.</summary>
    public long AbandonedRequests { get; private set; }

    /// <summary>Invalidations seen complete.</summary>
    public long Invalidations { get; private set; }

    /// <summary>Accesses to buffers that a policy had handed back before their invalidation was complete. No violations.</summary>
    public long ExposedAccesses { get; private set; }

    /// <summary>The longest time between handing a buffer back and seeing its invalidation complete, in nanoseconds.</summary>
    public long ExposureMaxNs { get; private set; }

    /// <summary>Requests neither finished nor abandoned so far.</summary>
    public int Unfinished => _requests.Count;

    /// <summary>How often a property was broken.</summary>
    public long Count(Property property) => _counts[(int)property];

    /// <inheritdoc/>
    public void Attached(int guest, SourceId source, DomainKey domain) => _domains[(guest, source)] = domain;

    /// <inheritdoc/>
    public Grant Granted(DomainKey domain, Iova iova, ulong pageMask, ReadOnlySpan<GuestPhysical> frames, bool readable, bool writable)
    {
        var grant = new Grant(domain, iova, pageMask, [.. frames], readable, writable, Now);
        for (var page = 0; page < frames.Length; page++)
        {
            var key = KeyOf(grant, page);
            if (!_live.TryGetValue(key, out var grants)) _live.Add(key, grants = new List<(Grant, int)>(1));
            grants.Add((grant, page));
        }
        return grant;
    }

    /// <inheritdoc/>
    public void Withdrawn(Grant grant)
    {
        if (grant.State == GrantState.Active) grant.State = GrantState.Withdrawn;
    }

    /// <inheritdoc/>
    public void HandedBack(Grant grant) => grant.HandedBackAt = Now;

    /// <inheritdoc/>
    public void Reclaimed(Grant grant)
    {
        CountExposure(grant);
        grant.HandedBackAt = null;
    }

    /// <inheritdoc/>
    public void Revoked(Grant grant)
    {
        if (grant.State == GrantState.Revoked) return;
        grant.State = GrantState.Revoked;
        grant.RevokedAt = Now;
        CountExposure(grant);
        for (var page = 0; page < grant.Frames.Length; page++)
        {
            var key = KeyOf(grant, page);
            var grants = _live[key];
            grants.RemoveAll(entry => ReferenceEquals(entry.Grant, grant));
            if (grants.Count == 0) _live.Remove(key);
            // Pages of different sizes can begin at the same frame: one must not displace the other.
            var frame = grant.Frames[page].Value & ~grant.PageMask;
            if (grant.Readable) _past[(grant.Domain, frame, grant.PageMask, false)] = grant;
            if (grant.Writable) _past[(grant.Domain, frame, grant.PageMask, true)] = grant;
            var generation = (grant.Domain, frame, grant.PageMask);
            _generations[generation] = _generations.GetValueOrDefault(generation) + 1;
        }
    }

    /// <inheritdoc/>
    public void Issued(long work, int guest, SourceId source, Grant grant)
    {
        Issues++;
        _requests.Add(work, (guest, source, grant));
    }

    /// <inheritdoc/>
    public void Finished(long work, bool faulted)
    {
        if (!_requests.Remove(work, out var request)) return;
        if (!faulted)
        {
            Done++;
            return;
        }
        Faulted++;
        if (request.Grant.State == GrantState.Active)
            Report(Property.WrongFault, request.Guest, request.Source, request.Grant.Iova, request.Grant.Frames[0], work, request.Grant);
    }

    /// <inheritdoc/>
    public void WorkBegins(int guest) => WorkBegan?.Invoke();

    /// <inheritdoc/>
    public void Invalidated(long latencyNs)
    {
        Invalidations++;
        InvalidationSeen?.Invoke(latencyNs);
    }

    /// <inheritdoc/>
    public void Misreported(int guest, SourceId source) => Report(Property.WrongFault, guest, source, default, default, 0, null);

    /// <inheritdoc/>
    public void TimedOut(int guest, int vcpu, long waitedNs)
    {
        if (!_panicked.Contains(guest)) Report(Property.LostCompletion, guest, null, default, default, 0, null);
    }

    /// <inheritdoc/>
    public void Panicked(int guest)
    {
        _panicked.Add(guest);
        foreach (var work in _requests.Where(request => request.Value.Guest == guest).Select(request => request.Key).Order().ToArray())
            Abandoned(work);
    }

    /// <inheritdoc/>
    public void Accessed(int guest, SourceId source, long work, Iova iova, GuestPhysical address, int bytes, bool isWrite)
    {
        // Page by page: that an access ends with its translation is its device's claim, and not to be believed.
        for (var done = 0UL; done < (ulong)bytes;)
        {
            AccessedPage(guest, source, work, new Iova(iova.Value + done), new GuestPhysical(address.Value + done), isWrite);
            done += 4096 - ((address.Value + done) & 0xfff);
        }
    }

    private void AccessedPage(int guest, SourceId source, long work, Iova iova, GuestPhysical address, bool isWrite)
    {
        if (!_domains.TryGetValue((guest, source), out var domain))
        {
            Report(Property.Escape, guest, source, iova, address, work, null);
            return;
        }
        var exposed = false;
        foreach (var mask in PageMasks)
        {
            if (!_live.TryGetValue((domain, iova.Value & ~mask, mask), out var grants)) continue;
            foreach (var (grant, page) in grants)
            {
                var target = (grant.Frames[page].Value & ~mask) | (iova.Value & mask);
                if ((isWrite ? !grant.Writable : !grant.Readable) || target != address.Value) continue;
                if (grant.HandedBackAt is null) return;
                exposed = true;
            }
        }
        if (exposed)
        {
            ExposedAccesses++;
            return;
        }
        Grant? stale = null;
        foreach (var mask in PageMasks)
        {
            if (!_past.TryGetValue((domain, address.Value & ~mask, mask, isWrite), out var past)) continue;
            if (stale is null || past.RevokedAt.Step > stale.RevokedAt.Step) stale = past;
        }
        var property = stale is null ? Property.Escape : isWrite ? Property.StaleWrite : Property.StaleRead;
        Report(property, guest, source, iova, address, work, stale);
    }

    /// <inheritdoc/>
    public void Abandoned(long work)
    {
        if (_requests.Remove(work)) AbandonedRequests++;
    }

    /// <summary>The run is over: every request that is still open is lost.</summary>
    public void Close()
    {
        // A hash has no order that a report could rely on.
        foreach (var (work, request) in _requests.OrderBy(request => request.Key))
            Report(Property.LostDma, request.Guest, request.Source, request.Grant.Iova, request.Grant.Frames[0], work, request.Grant);
        _requests.Clear();
    }

    private void CountExposure(Grant grant)
    {
        if (grant.HandedBackAt is { } handedBack) ExposureMaxNs = Math.Max(ExposureMaxNs, position.NowNs - handedBack.TimeNs);
    }

    private Moment Now => new(position.Step, position.NowNs);

    private static (DomainKey Domain, ulong Iova, ulong Mask) KeyOf(Grant grant, int page) =>
        (grant.Domain, grant.Iova.Value + ((ulong)page * (grant.PageMask + 1)), grant.PageMask);

    private void Report(Property property, int guest, SourceId? source, Iova iova, GuestPhysical address, long work, Grant? grant)
    {
        _counts[(int)property]++;
        if (_violations.Count >= DetailLimit && Broken is null) return;
        var generation = grant is null
            ? 0
            : _generations.GetValueOrDefault((grant.Domain, address.Value & ~grant.PageMask, grant.PageMask));
        Moment? revoked = grant is { State: GrantState.Revoked } ? grant.RevokedAt : null;
        var violation = new Violation(property, Now, guest, source, iova, address, work, grant?.GrantedAt, revoked, generation);
        if (_violations.Count < DetailLimit) _violations.Add(violation);
        Broken?.Invoke(violation);
    }
}
