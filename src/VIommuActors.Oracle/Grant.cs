using System.Collections.Immutable;
using VIommuActors.Vtd;

namespace VIommuActors.Oracle;

/// <summary>How far a grant's life has come.</summary>
public enum GrantState
{
    /// <summary>Mapped.</summary>
    Active,

    /// <summary>Paging entries cleared, invalidation not yet seen complete.</summary>
    Withdrawn,

    /// <summary>Invalidation seen complete.</summary>
    Revoked,
}

/// <summary>A point of a run.</summary>
public readonly record struct Moment(long Step, long TimeNs);

/// <summary>One mapping's life as the guest lived it. Opaque to the guest, which only hands it back.</summary>
public sealed class Grant
{
    internal Grant(
        DomainKey domain, Iova iova, ulong pageMask, ImmutableArray<GuestPhysical> frames, bool readable, bool writable, Moment granted)
    {
        Domain = domain;
        Iova = iova;
        PageMask = pageMask;
        Frames = frames;
        Readable = readable;
        Writable = writable;
        GrantedAt = granted;
    }

    /// <summary>Whose tables.</summary>
    public DomainKey Domain { get; }

    /// <summary>First address.</summary>
    public Iova Iova { get; }

    /// <summary>Page size − 1.</summary>
    public ulong PageMask { get; }

    /// <summary>Where each page lies.</summary>
    public ImmutableArray<GuestPhysical> Frames { get; }

    /// <summary>Devices may read.</summary>
    public bool Readable { get; }

    /// <summary>Devices may write.</summary>
    public bool Writable { get; }

    /// <summary>When it was mapped.</summary>
    public Moment GrantedAt { get; }

    /// <summary>When its invalidation was seen complete; only meaningful once revoked.</summary>
    public Moment RevokedAt { get; internal set; }

    /// <summary>When its buffer was given back, if that was before the revocation.</summary>
    public Moment? HandedBackAt { get; internal set; }

    /// <summary>How far its life has come.</summary>
    public GrantState State { get; internal set; }
}
