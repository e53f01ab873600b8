using System.Globalization;

namespace VIommuActors.Trace;

/// <summary>A file is not a trace of this version. The message names file, line, field, what was found and what is accepted.</summary>
public sealed class TraceFormatException : Exception
{
    internal TraceFormatException(string file, int line, string? field, string problem)
        : base(Printable(string.Create(
            CultureInfo.InvariantCulture, $"{file}:{line}: {(field is null ? "" : $"\"{field}\": ")}{problem}"))) =>
        (File, Line, Field) = (file, line, field);

    /// <summary>Name of the file, as it was given to the reader.</summary>
    public string File { get; }

    /// <summary>Line, from 1.</summary>
    public int Line { get; }

    /// <summary>Field of the line; null when the line as a whole is at fault.</summary>
    public string? Field { get; }

    // What is quoted may be anything, and the message may end up on a terminal.
    private static string Printable(string message) =>
        string.Concat(message.Select(c => char.IsControl(c) ? $"\\x{(int)c:x2}" : c.ToString()));
}
