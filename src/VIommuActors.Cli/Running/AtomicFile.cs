namespace VIommuActors.Cli.Running;

/// <summary>Files that appear whole or not at all: written under another name, then renamed.</summary>
internal static class AtomicFile
{
    private const string Ending = ".part";

    /// <summary>Creates or replaces a text file.</summary>
    public static void WriteText(string path, string text)
    {
        File.WriteAllText(path + Ending, text);
        File.Move(path + Ending, path, overwrite: true);
    }

    /// <summary>Creates or replaces a file; if <paramref name="write"/> fails, what stood there stays.</summary>
    public static T Write<T>(string path, Func<Stream, T> write)
    {
        try
        {
            T result;
            using (var stream = File.Create(path + Ending))
            {
                result = write(stream);
            }
            File.Move(path + Ending, path, overwrite: true);
            return result;
        }
        catch
        {
            File.Delete(path + Ending);
            throw;
        }
    }
}
