using System.Globalization;

namespace VIommuActors.Guest.Recording;

/// <summary>A file is no recording. The message names file, line, what was found and what is accepted.</summary>
public sealed class RecordedTraceException : Exception
{
    internal RecordedTraceException(string file, int line, string problem)
        : base(string.Create(CultureInfo.InvariantCulture, $"{file}:{line}: {problem}")) => (File, Line) = (file, line);

    /// <summary>Name of the file, as it was given to the reader.</summary>
    public string File { get; }

    /// <summary>Line of the uncompressed text, from 1.</summary>
    public int Line { get; }
}
