namespace VIommuActors.Wire.Tests;

/// <summary>
/// Bytes that were once on a wire and must be read for ever: <c>Golden/v1.txt</c>, a message a line. With VIOMMU_UPDATE_GOLDEN=1 the file
/// is written instead of compared, to be reviewed as a diff: lines may be added, none may change.
/// </summary>
internal static class Golden
{
    private static string File => Path.Combine(Root(), "tests", "VIommuActors.Wire.Tests", "Golden", "v1.txt");

    /// <summary>Names with their bytes.</summary>
    public static IReadOnlyList<(string Name, string Hex)> Lines() =>
        [.. System.IO.File.ReadAllLines(File).Select(line => line.Split(": ")).Select(parts => (parts[0], parts[1]))];

    /// <summary>Writes the file when that is asked for.</summary>
    public static void Update(IEnumerable<(string Name, string Hex)> lines)
    {
        if (Environment.GetEnvironmentVariable("VIOMMU_UPDATE_GOLDEN") != "1") return;
        System.IO.File.WriteAllText(File, string.Concat(lines.Select(line => $"{line.Name}: {line.Hex}\n")));
    }

    /// <summary>Root of the source tree.</summary>
    public static string Root()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (System.IO.File.Exists(Path.Combine(at.FullName, "VIommuActors.sln"))) return at.FullName;
        throw new DirectoryNotFoundException($"No VIommuActors.sln above {AppContext.BaseDirectory}.");
    }
}
