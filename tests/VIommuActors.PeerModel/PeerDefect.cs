namespace VIommuActors.PeerModel;

/// <summary>A deliberate mistake in a protocol.</summary>
public enum PeerDefect
{
    /// <summary>The protocol as designed.</summary>
    None,

    /// <summary>memcpy translates at once, copies in a later step, and takes other messages until memory answers.</summary>
    B1,

    /// <summary>ats: a device answers an invalidation although it uses the translation.</summary>
    C1,

    /// <summary>drain: the dummy vIOMMU completes at once.</summary>
    D1,

    /// <summary>drain: the dummy vIOMMU is told before the IOTLB is flushed.</summary>
    D2,

    /// <summary>drain: the epoch of a completion is not checked, and the link to the vIOMMU may double one message.</summary>
    D3,

    /// <summary>drain: a device acknowledges at the end of each DMA, not of the last.</summary>
    D4,

    /// <summary>drain: one completion clears IVT for every guest.</summary>
    D5,
}
