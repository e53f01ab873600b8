using System.Reflection;

namespace VIommuActors.Architecture.Tests;

/// <summary>The product as built and as written.</summary>
internal static class Product
{
    private const string Prefix = "VIommuActors.";

    /// <summary>Root of the source tree.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Short names of the projects under src, in ordinal order.</summary>
    public static IReadOnlyList<string> Projects { get; } =
        [.. Directory.EnumerateDirectories(Path.Combine(Root, "src")).Select(folder => Path.GetFileName(folder)[Prefix.Length..]).Order(StringComparer.Ordinal)];

    /// <summary>The assembly of a project.</summary>
    public static Assembly Assembly(string project) => System.Reflection.Assembly.Load(project == "Cli" ? "viommu" : Prefix + project);

    /// <summary>What the compiler wrote down about a project.</summary>
    public static Metadata Metadata(string project) => new(Assembly(project).Location);

    /// <summary>Short name of one of our assemblies; null for everyone else's.</summary>
    public static string? ShortName(string assembly) =>
        assembly == "viommu" ? "Cli" : assembly.StartsWith(Prefix, StringComparison.Ordinal) ? assembly[Prefix.Length..] : null;

    /// <summary>Hand-written C# of a project, or of all of them.</summary>
    public static IEnumerable<SourceFile> Sources(string? project = null) =>
        Directory.EnumerateFiles(Path.Combine(Root, "src", project is null ? "" : Prefix + project), "*.cs", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Root, path))
            .Where(path => !path.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"))
            .Order(StringComparer.Ordinal)
            .Select(path => new SourceFile(path, File.ReadAllLines(Path.Combine(Root, path))));

    private static string FindRoot()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (File.Exists(Path.Combine(at.FullName, "VIommuActors.sln"))) return at.FullName;
        throw new DirectoryNotFoundException($"No VIommuActors.sln above {AppContext.BaseDirectory}.");
    }
}
