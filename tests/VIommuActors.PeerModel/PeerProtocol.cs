namespace VIommuActors.PeerModel;

/// <summary>What keeps a device from using a frame after the guest took it back.</summary>
public enum PeerProtocol
{
    /// <summary>Nothing.</summary>
    Translate,

    /// <summary>The vIOMMU copies, in the step in which it translates.</summary>
    Memcpy,

    /// <summary>Every device ends its uses before it completes an invalidation.</summary>
    Ats,

    /// <summary>The dummy vIOMMU waits for what every device has outstanding.</summary>
    Drain,
}
