using VIommuActors.Vtd;

namespace VIommuActors.Oracle.Tests;

/// <summary>An oracle, a hand-moved position, two domains of one guest and short forms of what happens to them.</summary>
internal sealed class Bench : IRunPosition
{
    public const ulong Page = 0xfff, Large = 0x1f_ffff, Huge = 0x3fff_ffff;

    public static readonly DomainKey Domain = new(1);
    public static readonly DomainKey OtherDomain = new(2);
    public static readonly SourceId Device = new(0x18);
    public static readonly SourceId OtherDevice = new(0x20);

    public Bench()
    {
        Oracle = new DmaOracle(this);
        Oracle.Attached(0, Device, Domain);
        Oracle.Attached(0, OtherDevice, OtherDomain);
    }

    public DmaOracle Oracle { get; }

    public long Step { get; private set; }

    public long NowNs => Step * 10;

    public Bench At(long step)
    {
        Step = step;
        return this;
    }

    public Grant Map(ulong iova, ulong frame, ulong mask = Page, bool writable = true, bool readable = true, DomainKey? domain = null) =>
        Map(iova, [frame], mask, writable, readable, domain);

    public Grant Map(ulong iova, ulong[] frames, ulong mask = Page, bool writable = true, bool readable = true, DomainKey? domain = null) =>
        Oracle.Granted(domain ?? Domain, new Iova(iova), mask, [.. frames.Select(frame => new GuestPhysical(frame))], readable, writable);

    public void Revoke(Grant grant)
    {
        Oracle.Withdrawn(grant);
        Oracle.Revoked(grant);
    }

    public void Write(ulong iova, ulong address, SourceId? source = null, int guest = 0) =>
        Oracle.Accessed(guest, source ?? Device, 7, new Iova(iova), new GuestPhysical(address), 1, isWrite: true);

    public void Read(ulong iova, ulong address, SourceId? source = null, int guest = 0) =>
        Oracle.Accessed(guest, source ?? Device, 7, new Iova(iova), new GuestPhysical(address), 1, isWrite: false);

    /// <summary>Every property that was broken, in the order of the breaches.</summary>
    public string Broken => string.Join(' ', Oracle.Violations.Select(violation => Properties.NameOf(violation.Property)));
}
