using System.Collections.Immutable;
using System.Globalization;

namespace VIommuActors.Trace;

/// <summary>A line of a trace that has been read: an event or a note.</summary>
/// <param name="Line">Line of the file, from 1; the header is line 1.</param>
/// <param name="Step">Number of the delivery, or of the one during which a note was made.</param>
/// <param name="TimeNs">Nanoseconds since the start of the run.</param>
/// <param name="Args">Fields of the message in the order they were written.</param>
public abstract record TraceLine(int Line, long Step, long TimeNs, ImmutableArray<TraceArgument> Args);

/// <summary>A delivered message; what the fields mean is said at <see cref="TraceStep"/>.</summary>
public sealed record TraceEvent(
    int Line,
    long Step,
    long TimeNs,
    string To,
    string? From,
    string Kind,
    string Message,
    long? Cause,
    int Enabled,
    int Chosen,
    ImmutableArray<TraceArgument> Args) : TraceLine(Line, Step, TimeNs, Args);

/// <summary>A remark; what the fields mean is said at <see cref="ITraceSink.Note"/>.</summary>
public sealed record TraceNote(
    int Line, long Step, long TimeNs, string Name, string By, ImmutableArray<TraceArgument> Args) : TraceLine(Line, Step, TimeNs, Args);

/// <summary>What kind of value an argument has.</summary>
public enum TraceValueKind
{
    /// <summary>64 bits, written <c>"0x…"</c>.</summary>
    Hex,

    /// <summary>A JSON integer.</summary>
    Number,

    /// <summary>A word.</summary>
    Text,

    /// <summary>True or false.</summary>
    Bool,
}

/// <summary>A named value of a message.</summary>
/// <param name="Name">Name of the field.</param>
/// <param name="Kind">Which of the other members holds the value.</param>
/// <param name="Bits">The value of hex and bool (0, 1), and of a number as two's complement.</param>
/// <param name="Text">The value of a text; null otherwise.</param>
public readonly record struct TraceArgument(string Name, TraceValueKind Kind, ulong Bits, string? Text)
{
    /// <summary><c>name=value</c>, as charts print it.</summary>
    public override string ToString() => Kind switch
    {
        TraceValueKind.Hex => string.Create(CultureInfo.InvariantCulture, $"{Name}=0x{Bits:x}"),
        TraceValueKind.Number => string.Create(CultureInfo.InvariantCulture, $"{Name}={(long)Bits}"),
        TraceValueKind.Bool => Bits == 0 ? $"{Name}=false" : $"{Name}=true",
        _ => $"{Name}={Text}",
    };
}
