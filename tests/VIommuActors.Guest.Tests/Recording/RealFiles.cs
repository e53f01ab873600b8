namespace VIommuActors.Guest.Tests.Recording;

/// <summary>The recordings that lie in <c>hocon/traces</c> of the source tree.</summary>
internal static class RealFiles
{
    public static FileStream Open(string name)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "VIommuActors.sln")))
            {
                return File.OpenRead(Path.Combine(folder.FullName, "hocon", "traces", name));
            }
        }

        throw new FileNotFoundException($"No folder above {AppContext.BaseDirectory} holds VIommuActors.sln.");
    }
}
