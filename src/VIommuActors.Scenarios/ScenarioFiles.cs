using System.IO.Compression;
using VIommuActors.Scenarios.Hocon;

namespace VIommuActors.Scenarios;

/// <summary>Files that scenarios refer to: on disk, or embedded in this assembly.</summary>
public static class ScenarioFiles
{
    private const string Embedded = "embedded:";

    /// <summary>Opens what <c>workload.file</c> resolved to.</summary>
    /// <param name="path">A path, or <c>embedded:NAME</c>.</param>
    /// <returns>The contents, decompressed when they are gzip. The caller disposes it.</returns>
    /// <exception cref="FileNotFoundException">There is no such file or recording.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static Stream Open(string path)
    {
        if (path.StartsWith(Embedded, StringComparison.Ordinal))
        {
            var packed = EmbeddedFiles.OpenTrace(path[Embedded.Length..])
                ?? throw new FileNotFoundException(
                    $"no recording {path} is embedded; there are {string.Join(", ", EmbeddedFiles.TraceNames)}", path);
            return new GZipStream(packed, CompressionMode.Decompress);
        }
        var file = File.OpenRead(path);
        var (first, second) = (file.ReadByte(), file.ReadByte());
        file.Position = 0;
        return first == 0x1f && second == 0x8b ? new GZipStream(file, CompressionMode.Decompress) : file;
    }

    /// <summary>What <see cref="Open"/> takes for a path written in <paramref name="source"/>; null when nothing is there.</summary>
    /// <remarks>
    /// An embedded scenario names a recording as its file in the source tree does, <c>../traces/NAME.trace.gz</c>: without a
    /// directory to start from, the name alone picks the embedded copy.
    /// </remarks>
    internal static string? Resolve(string path, SourceFile source)
    {
        var name = path.StartsWith(Embedded, StringComparison.Ordinal) ? path[Embedded.Length..]
            : source.IsEmbedded ? Path.GetFileName(path).Replace(".trace.gz", "", StringComparison.Ordinal)
            : null;
        if (name is not null)
        {
            return EmbeddedFiles.TraceNames.Contains(name) ? Embedded + name : null;
        }
        var full = Path.GetFullPath(path, source.Directory!);
        return File.Exists(full) ? full : null;
    }
}
