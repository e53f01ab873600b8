using VIommuActors.Oracle;
using VIommuActors.Vtd;

namespace VIommuActors.Guest.Tests;

/// <summary>Writes what the guest tells into the journal of its register accesses, and asks a real oracle what it thinks of it.</summary>
internal sealed class FakeWatch(List<string> journal, Clock clock) : IGuestWatch
{
    public DmaOracle Oracle { get; } = new(clock);

    public void Attached(int guest, SourceId source, DomainKey domain)
    {
        journal.Add($"attached {source} {domain.Value}");
        Oracle.Attached(guest, source, domain);
    }

    public Grant Granted(DomainKey domain, Iova iova, ulong pageMask, ReadOnlySpan<GuestPhysical> frames, bool readable, bool writable)
    {
        journal.Add($"granted {iova} {string.Join(',', frames.ToArray())}{(readable ? " r" : " ")}{(writable ? "w" : "")}");
        return Oracle.Granted(domain, iova, pageMask, frames, readable, writable);
    }

    public void Misreported(int guest, SourceId source)
    {
        journal.Add($"misreported {source}");
        Oracle.Misreported(guest, source);
    }

    public void Withdrawn(Grant grant)
    {
        journal.Add($"withdrawn {grant.Iova}");
        Oracle.Withdrawn(grant);
    }

    public void HandedBack(Grant grant)
    {
        journal.Add($"handed back {grant.Iova}");
        Oracle.HandedBack(grant);
    }

    public void Reclaimed(Grant grant)
    {
        journal.Add($"reclaimed {grant.Iova}");
        Oracle.Reclaimed(grant);
    }

    public void Revoked(Grant grant)
    {
        journal.Add($"revoked {grant.Iova}");
        Oracle.Revoked(grant);
    }

    public void Issued(long work, int guest, SourceId source, Grant grant) => Oracle.Issued(work, guest, source, grant);

    public void Finished(long work, bool faulted) => Oracle.Finished(work, faulted);

    public void Abandoned(long work) => Oracle.Abandoned(work);

    public void WorkBegins(int guest) => journal.Add("work begins");

    public void Invalidated(long latencyNs)
    {
        journal.Add($"invalidated after {latencyNs}");
        Oracle.Invalidated(latencyNs);
    }

    public void TimedOut(int guest, int vcpu, long waitedNs)
    {
        journal.Add($"timed out {vcpu} after {waitedNs}");
        Oracle.TimedOut(guest, vcpu, waitedNs);
    }
}
