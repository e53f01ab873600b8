using System.Collections.Immutable;
using VIommuActors.Oracle;
using VIommuActors.Vtd;

namespace VIommuActors.Guest.Driver;

/// <summary>A buffer of guest RAM that a driver hands to devices: whole pages, not necessarily adjacent.</summary>
/// <param name="Pages">The pages, in order.</param>
/// <param name="PageBytes">4 KiB, 2 MiB or 1 GiB.</param>
public sealed record GuestBuffer(ImmutableArray<GuestPhysical> Pages, ulong PageBytes)
{
    /// <summary>Length.</summary>
    public ulong Bytes => (ulong)Pages.Length * PageBytes;
}

/// <summary>A buffer that is reachable by the devices of a domain.</summary>
public sealed class Mapping(int domain, GuestBuffer buffer, Iova iova, bool writable, Grant grant)
{
    /// <summary>Index of the domain.</summary>
    public int Domain { get; } = domain;

    /// <summary>What is mapped.</summary>
    public GuestBuffer Buffer { get; } = buffer;

    /// <summary>Where devices see its first byte.</summary>
    public Iova Iova { get; } = iova;

    /// <summary>Devices may write; they may always read.</summary>
    public bool Writable { get; } = writable;

    /// <summary>The watch's handle.</summary>
    public Grant Grant { get; } = grant;
}
