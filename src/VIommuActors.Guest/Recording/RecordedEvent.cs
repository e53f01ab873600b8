using VIommuActors.Vtd;

namespace VIommuActors.Guest.Recording;

/// <summary>
/// One line of a recording. Which properties mean something follows from <see cref="Kind"/> and is said at each; the others are
/// unspecified. Kept small, since a recording has many.
/// </summary>
public readonly record struct RecordedEvent
{
    private readonly ulong _a;
    private readonly ulong _b;
    private readonly ulong _c;
    private readonly ushort _source;
    private readonly ushort _domain;
    private readonly byte _small;

    internal RecordedEvent(
        int line, long timeUs, RecordedKind kind, ulong a = 0, ulong b = 0, ulong c = 0, ushort source = 0, ushort domain = 0,
        byte small = 0, string? text = null)
    {
        (Line, TimeUs, Kind, Text) = (line, timeUs, kind, text);
        (_a, _b, _c, _source, _domain, _small) = (a, b, c, source, domain, small);
    }

    /// <summary>Line of the file, from 1.</summary>
    public int Line { get; }

    /// <summary>Microseconds since the first register access; never less than on the line before.</summary>
    public long TimeUs { get; }

    /// <summary>What happened.</summary>
    public RecordedKind Kind { get; }

    /// <summary>Words of <see cref="RecordedKind.UnitState"/> and <see cref="RecordedKind.Mark"/>; null for the others.</summary>
    public string? Text { get; }

    /// <summary>Register reads and writes: bytes from the unit's base.</summary>
    public int Offset => (int)_c;

    /// <summary>Register reads and writes: 4 or 8 bytes.</summary>
    public int Size => _small;

    /// <summary>Register reads and writes: the value.</summary>
    public ulong Value => _a;

    /// <summary>Descriptors and context entries: bits 63:0.</summary>
    public ulong Low => _a;

    /// <summary>Descriptors and context entries: bits 127:64.</summary>
    public ulong High => _b;

    /// <summary>Wait status and unit interrupt: where the data are written.</summary>
    public GuestPhysical Address => new(_a);

    /// <summary>Wait status and unit interrupt: the doubleword written.</summary>
    public uint Data => (uint)_b;

    /// <summary>Invalidations: what was covered.</summary>
    public RecordedInvalidation Invalidation => (RecordedInvalidation)_small;

    /// <summary>Translations, context entries, pass-through, faults, and invalidations of a device: the requester.</summary>
    public SourceId Source => new(_source);

    /// <summary>Translations, and invalidations of a domain or of pages.</summary>
    public DomainId Domain => new(_domain);

    /// <summary>Translations, pass-through and faults: the address on the bus. Invalidations of pages: the first page.</summary>
    public Iova Iova => new(_a);

    /// <summary>Translations: the leaf entry, as it stood in the tables.</summary>
    public ulong Pte => _b;

    /// <summary>Translation misses: page size minus one.</summary>
    public ulong PageMask => _c;

    /// <summary>Invalidations of pages: 2 to this power pages were covered, 0–63.</summary>
    public int AddressMask => (int)_c;

    /// <summary>Invalidations of a device: how many function bits were ignored, 0–3.</summary>
    public int FunctionMask => (int)_c;

    /// <summary>Faults: the fault reason.</summary>
    public byte Reason => _small;

    /// <summary>Faults: true when the device wrote.</summary>
    public bool IsWrite => _c != 0;

    /// <summary>Remapped interrupts: index into the interrupt remapping table, 0–65535.</summary>
    public int Index => (int)_a;

    /// <summary>Remapped interrupts: the vector delivered.</summary>
    public byte Vector => _small;

    /// <summary>Remapped interrupts: the APIC id it went to.</summary>
    public uint Destination => (uint)_b;
}
