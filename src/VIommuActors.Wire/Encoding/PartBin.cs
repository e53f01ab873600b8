using System.Collections.Immutable;
using VIommuActors.Protocols.Messages;
using VIommuActors.Vtd;
using VIommuActors.Wire.Messages;

namespace VIommuActors.Wire.Encoding;

/// <summary>
/// What the parts of a message came to, until the message is made of them. Kept and used again, so lists do not grow anew.
/// </summary>
internal sealed class PartBin
{
    private const int TextFields = 16, KeptElements = 256;
    private readonly string?[] _texts = new string?[TextFields];
    private bool _used;

    /// <summary>The message of a frame.</summary>
    public Message? Message { get; set; }

    /// <summary>What a drain has to wait for.</summary>
    public DrainScope? Scope { get; set; }

    /// <summary>What a machine came to.</summary>
    public VmFigures? Figures { get; set; }

    /// <summary>Frames that came together.</summary>
    public List<LinkFrame> Frames { get; } = [];

    /// <summary>Parts of a cargo.</summary>
    public List<CargoPart> Cargo { get; } = [];

    /// <summary>Slots of a frame.</summary>
    public List<SlotImage> Slots { get; } = [];

    /// <summary>Clock of a frame.</summary>
    public List<ClockEntry> Clock { get; } = [];

    /// <summary>Segments of a doorbell.</summary>
    public List<DmaSegment> Segments { get; } = [];

    /// <summary>Settings or details.</summary>
    public List<string> Texts { get; } = [];

    /// <summary>Counts of violations.</summary>
    public ImmutableArray<long> Numbers { get; set; } = [];

    /// <summary>Two histograms.</summary>
    public (ImmutableArray<byte> First, ImmutableArray<byte> Second) Blobs { get; set; } = ([], []);

    /// <summary>The text of a field, null when it did not come.</summary>
    public string? Text(int field) => _texts[field];

    /// <summary>Keeps the text of a field.</summary>
    public void Keep(int field, string text)
    {
        _texts[field] = text;
        _used = true;
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        Message = null;
        Scope = null;
        Figures = null;
        Numbers = [];
        Blobs = ([], []);
        if (_used) Array.Clear(_texts);
        _used = false;
        Clear(Frames);
        Clear(Cargo);
        Clear(Slots);
        Clear(Clock);
        Clear(Segments);
        Clear(Texts);
    }

    /// <summary>An array of the list's elements; an empty one costs nothing.</summary>
    public static ImmutableArray<T> Of<T>(List<T> list) => [.. list];

    private static void Clear<T>(List<T> list)
    {
        if (list.Count == 0) return;
        list.Clear();
        // One large message is no reason to hold its memory on every thread that ever read one.
        if (list.Capacity > KeptElements) list.Capacity = 0;
    }
}
