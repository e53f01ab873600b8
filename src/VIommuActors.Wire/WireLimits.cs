namespace VIommuActors.Wire;

/// <summary>
/// What fits on the wire. Both sides check: an encoder refuses to write what a decoder would refuse to read. All bytes of text are of
/// UTF-8.
/// </summary>
public static class WireLimits
{
    /// <summary>A whole message: more than a scenario and its settings, far less than what would hold up the link behind it.</summary>
    public const int MessageBytes = 256 * 1024;

    /// <summary>A scenario's text.</summary>
    public const int ScenarioBytes = 128 * 1024;

    /// <summary>A name or an id: of a run, a node, a role, a design, a scenario.</summary>
    public const int NameBytes = 256;

    /// <summary>A sentence for people, or a setting. Senders cut what an exception says.</summary>
    public const int TextBytes = 4096;

    /// <summary>An encoded histogram.</summary>
    public const int HistogramBytes = 64 * 1024;

    /// <summary>Segments of a doorbell.</summary>
    public const int Segments = 65_536;

    /// <summary>Frames in one message.</summary>
    public const int Frames = 64;

    /// <summary>Frames in one message that several machines share, and so parts of it.</summary>
    public const int CargoFrames = 128;

    /// <summary>Ioreq slots in a frame: Xen has 128 in a page, one a vCPU.</summary>
    public const int Slots = 128;

    /// <summary>Components of a vector clock.</summary>
    public const int ClockEntries = 1024;

    /// <summary>Sentences about violations.</summary>
    public const int Details = 1000;

    /// <summary>Properties that a machine counts violations of.</summary>
    public const int Violations = 1000;

    /// <summary>Settings on top of a scenario.</summary>
    public const int Settings = 1000;

    /// <summary>Highest index of a party; the lowest is −1, no party.</summary>
    public const int Node = 1 << 20;
}
