using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace VIommuActors.Guest.Recording;

/// <summary>
/// Recorded activity of an IOMMU driver (<c>NAME.trace</c>, usually gzip-compressed): one event a line, its time in microseconds
/// first, its kind a letter (<see cref="RecordedKind"/>), numbers hexadecimal without prefix except times, sizes, fault reasons and
/// vectors.
/// </summary>
public sealed class RecordedTrace
{
    /// <summary>Most lines that are taken.</summary>
    public const int MaxLines = 50_000_000;

    private const string Kinds = "R W Q S G M H C P F I V X N";

    private RecordedTrace(string fileName, ImmutableArray<RecordedEvent> events)
    {
        (FileName, Events) = (fileName, events);
        Summary = new RecordedSummary(events);
    }

    /// <summary>Name of the file, as it was given.</summary>
    public string FileName { get; }

    /// <summary>The events in the order of the file; <see cref="RecordedEvent.Line"/> of the first is 1.</summary>
    public ImmutableArray<RecordedEvent> Events { get; }

    /// <summary>What is in it.</summary>
    public RecordedSummary Summary { get; }

    /// <summary>Reads a whole file.</summary>
    /// <param name="stream">Plain or gzip, told apart by its first two bytes; it stays open and the caller's.</param>
    /// <param name="fileName">For error messages.</param>
    /// <param name="maxLines">Bound on the number of lines.</param>
    /// <exception cref="RecordedTraceException">It is not such a file, or not all of one.</exception>
    public static RecordedTrace Read(Stream stream, string fileName, int maxLines = MaxLines)
    {
        using var lines = new RecordingLines(stream, fileName, maxLines);
        var events = new List<RecordedEvent>();
        var now = 0L;
        while (lines.Next(out var line))
        {
            var read = Event(ref line, now);
            line.End();
            now = read.TimeUs;
            events.Add(read);
        }

        return new RecordedTrace(fileName, ImmutableCollectionsMarshal.AsImmutableArray(events.ToArray()));
    }

    private static RecordedEvent Event(ref RecordingFields line, long earlier)
    {
        var n = line.Line;
        var t = line.Decimal("the time", long.MaxValue);
        if (t < earlier)
        {
            throw line.Error($"found the time {t} after {earlier}; a time that is not less than the one before is accepted.");
        }

        var letter = line.Word("the kind");
        switch (letter.Length == 1 ? (char)letter[0] : '\0')
        {
            case 'R':
                return Register(ref line, t, RecordedKind.RegisterRead);
            case 'W':
                return Register(ref line, t, RecordedKind.RegisterWrite);
            case 'Q':
                return new(n, t, RecordedKind.QueueDescriptor, a: line.Hex("the low half"), b: line.Hex("the high half"));
            case 'S':
                return new(n, t, RecordedKind.WaitStatus, a: line.Hex("the address"), b: line.Hex("the data", uint.MaxValue));
            case 'G':
                return Invalidation(ref line, t);
            case 'M':
            {
                var hit = Translation(ref line);
                return new(n, t, RecordedKind.TranslationMiss, hit.Iova, hit.Pte, PageMask(ref line), hit.Source, hit.Domain);
            }

            case 'H':
            {
                var hit = Translation(ref line);
                return new(n, t, RecordedKind.TranslationHit, hit.Iova, hit.Pte, 0, hit.Source, hit.Domain);
            }

            case 'C':
            {
                var bdf = Source(ref line);
                return new(n, t, RecordedKind.ContextEntry, line.Hex("the low half"), line.Hex("the high half"), source: bdf);
            }

            case 'P':
            {
                var sid = Source(ref line);
                return new(n, t, RecordedKind.PassThrough, line.Hex("the IOVA"), source: sid);
            }

            case 'F':
            {
                var sid = Source(ref line);
                var reason = (byte)line.Decimal("the fault reason", byte.MaxValue);
                return new(n, t, RecordedKind.Fault, line.Hex("the address"), c: line.Hex("write", 1), source: sid, small: reason);
            }

            case 'I':
                return new(n, t, RecordedKind.UnitInterrupt, a: line.Hex("the address"), b: line.Hex("the data", uint.MaxValue));
            case 'V':
            {
                var index = line.Hex("the index", ushort.MaxValue);
                var vector = (byte)line.Decimal("the vector", byte.MaxValue);
                return new(n, t, RecordedKind.InterruptRemapped, index, line.Hex("the destination", uint.MaxValue), small: vector);
            }

            case 'X':
                return new(n, t, RecordedKind.UnitState, text: line.Rest("what the unit reports"));
            case 'N':
                return new(n, t, RecordedKind.Mark, text: line.Rest("the mark"));
            default:
                throw line.Found("the kind", letter, $"one of {Kinds} is");
        }
    }

    private static RecordedEvent Register(ref RecordingFields line, long t, RecordedKind kind)
    {
        var offset = line.Hex("the offset", 0xffff);
        var word = line.Word("the size");
        var size = word switch
        {
            [(byte)'4'] => (byte)4,
            [(byte)'8'] => (byte)8,
            _ => throw line.Found("the size", word, "4 and 8 are"),
        };
        var value = line.Hex("the value", size == 4 ? uint.MaxValue : ulong.MaxValue);
        return new(line.Line, t, kind, a: value, c: offset, small: size);
    }

    private static RecordedEvent Invalidation(ref RecordingFields line, long t)
    {
        var word = line.Word("what was invalidated");
        var what = word switch
        {
            _ when word.SequenceEqual("global"u8) => RecordedInvalidation.Global,
            _ when word.SequenceEqual("domain"u8) => RecordedInvalidation.Domain,
            _ when word.SequenceEqual("page"u8) => RecordedInvalidation.Page,
            _ when word.SequenceEqual("context"u8) => RecordedInvalidation.Context,
            _ when word.SequenceEqual("context-device"u8) => RecordedInvalidation.ContextDevice,
            _ => throw line.Found("what was invalidated", word, "global, domain, page, context and context-device are"),
        };
        var domain = what is RecordedInvalidation.Domain or RecordedInvalidation.Page ? Domain(ref line) : (ushort)0;
        var source = what == RecordedInvalidation.ContextDevice ? Source(ref line) : (ushort)0;
        var address = what == RecordedInvalidation.Page ? line.Hex("the address") : 0;
        var mask = what switch
        {
            RecordedInvalidation.Page => line.Hex("the address mask", 0x3f),
            RecordedInvalidation.ContextDevice => line.Hex("the function mask", 3),
            _ => 0UL,
        };
        return new(line.Line, t, RecordedKind.Invalidation, a: address, c: mask, source: source, domain: domain, small: (byte)what);
    }

    private static (ushort Source, ulong Iova, ulong Pte, ushort Domain) Translation(ref RecordingFields line) =>
        (Source(ref line), line.Hex("the IOVA"), line.Hex("the PTE"), Domain(ref line));

    private static ulong PageMask(ref RecordingFields line)
    {
        var mask = line.Hex("the page mask");
        return mask is 0xfff or 0x1f_ffff or 0x3fff_ffff
            ? mask
            : throw line.Error($"found {mask:x} for the page mask; fff, 1fffff and 3fffffff are accepted.");
    }

    private static ushort Source(ref RecordingFields line) => (ushort)line.Hex("the source id", ushort.MaxValue);

    private static ushort Domain(ref RecordingFields line) => (ushort)line.Hex("the domain id", ushort.MaxValue);
}
