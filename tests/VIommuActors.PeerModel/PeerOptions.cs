namespace VIommuActors.PeerModel;

/// <summary>Size of a peer world and what runs in it.</summary>
/// <param name="Protocol">The protocol.</param>
/// <param name="Guests">Number of guests, 1 or more.</param>
/// <param name="Devices">Number of devices, from 1 to 31.</param>
/// <param name="Rounds">How often each guest maps, uses and unmaps its page.</param>
/// <param name="Doorbells">Doorbells per device and round.</param>
/// <param name="Defect">A mistake in the protocol.</param>
public sealed record PeerOptions(
    PeerProtocol Protocol, int Guests = 1, int Devices = 1, int Rounds = 1, int Doorbells = 1, PeerDefect Defect = PeerDefect.None)
{
    /// <summary>Messages that each link of the invalidation protocol may lose.</summary>
    public int DropsPerLink { get; init; }

    /// <summary>Messages that each link of the invalidation protocol may double.</summary>
    public int DuplicatesPerLink { get; init; }

    /// <summary>A run ends with its first stale access, instead of going on.</summary>
    public bool StopsAtStale { get; init; }

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Protocol} {Guests}x{Devices}x{Rounds}" + (Doorbells == 1 ? "" : $" k={Doorbells}")
        + (Defect == PeerDefect.None ? "" : $" {Defect}");
}
