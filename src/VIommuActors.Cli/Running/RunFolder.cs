using System.Globalization;
using VIommuActors.Cli.Input;
using VIommuActors.Cli.Reporting;

namespace VIommuActors.Cli.Running;

/// <summary>Where the artefacts of one run go.</summary>
internal sealed class RunFolder
{
    private const string LatestLink = "latest", DefaultRoot = "runs";

    private RunFolder(string path) => Path = path;

    /// <summary>The folder, relative if the user named it so.</summary>
    public string Path { get; }

    /// <summary>The root of folders that the tool names itself.</summary>
    public static string RootOf(string? variable) => string.IsNullOrEmpty(variable) ? DefaultRoot : variable;

    /// <summary>The folder that the user asked for; what it holds is kept unless a file of the same name is written.</summary>
    /// <exception cref="ToolException">It cannot be made.</exception>
    public static RunFolder At(string path) => Create(path);

    /// <summary>Looks whether files can be made in a folder, or in one that is yet to be made; leaves nothing behind.</summary>
    /// <exception cref="ToolException">They cannot.</exception>
    public static void Check(string path)
    {
        var made = new List<string>();
        for (var above = System.IO.Path.GetFullPath(path); above is not null && !Directory.Exists(above);)
        {
            made.Add(above);
            above = System.IO.Path.GetDirectoryName(above);
        }
        var probe = Create(path).File($".viommu-{Guid.NewGuid():n}");
        try
        {
            System.IO.File.Create(probe).Dispose();
            System.IO.File.Delete(probe);
            made.ForEach(Directory.Delete);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unusable(path, e);
        }
    }

    /// <summary>A new folder <c>ROOT/SCENARIO/UTC-SEED-PROTOCOL</c>, and a link <c>latest</c> beside it where links work.</summary>
    /// <exception cref="ToolException">It cannot be made.</exception>
    public static RunFolder New(string root, string scenario, ulong seed, string protocol, DateTimeOffset now)
    {
        var above = System.IO.Path.Combine(root, scenario);
        var stem = $"{now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss", CultureInfo.InvariantCulture)}-{Seed.Hex(seed)}-{protocol}";
        var name = stem;
        for (var again = 2; Directory.Exists(System.IO.Path.Combine(above, name)); again++)
        {
            name = string.Create(CultureInfo.InvariantCulture, $"{stem}-{again}");
        }
        var folder = Create(System.IO.Path.Combine(above, name));
        Link(System.IO.Path.Combine(above, LatestLink), name);
        return folder;
    }

    /// <summary>Path of a file in it.</summary>
    public string File(string name) => System.IO.Path.Combine(Path, name);

    private static RunFolder Create(string path)
    {
        try
        {
            Directory.CreateDirectory(path);
            return new(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw Unusable(path, e);
        }
    }

    private static ToolException Unusable(string path, Exception why) => ToolException.Environment(
        path, $"no folder for artefacts can be made here: {why.Message} Use --out DIR or {Verbs.VerbHelp.RunsVariable}.");

    // A convenience: file systems without links, and a folder that somebody named latest, go without.
    private static void Link(string link, string target)
    {
        try
        {
            if (new FileInfo(link).LinkTarget is not null)
            {
                System.IO.File.Delete(link);
            }
            Directory.CreateSymbolicLink(link, target);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or PlatformNotSupportedException)
        {
        }
    }
}
