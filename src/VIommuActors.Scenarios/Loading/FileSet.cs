using System.Text;
using VIommuActors.Scenarios.Hocon;
using VIommuActors.Scenarios.Schema;

namespace VIommuActors.Scenarios.Loading;

/// <summary>Reads a scenario file and what it includes, with bounds on size, depth and number.</summary>
internal sealed class FileSet
{
    /// <summary>Bytes of one file.</summary>
    public const int MaxBytes = 1 << 20;

    private const int MaxIncludeDepth = 8, MaxFiles = 64;

    private readonly Stack<string> _open = new();
    private int _files;

    /// <summary>Reads an embedded scenario.</summary>
    public HoconObject ReadEmbedded(string name)
    {
        var source = new SourceFile(EmbeddedFiles.ScenarioPath(name), null);
        return Parse(source, source.Display, EmbeddedFiles.ScenarioText(name)!);
    }

    /// <summary>Reads a file on disk.</summary>
    /// <param name="path">As the user wrote it; errors repeat it.</param>
    public HoconObject ReadFile(string path)
    {
        var full = Path.GetFullPath(path);
        var source = new SourceFile(path.Replace('\\', '/'), Path.GetDirectoryName(full) ?? full);
        return Parse(source, full, TextOf(source, full));
    }

    /// <summary>Reads a text that lies in no file here.</summary>
    /// <param name="display">What errors call it.</param>
    /// <param name="text">The text.</param>
    public HoconObject ReadText(string display, string text) => Parse(new SourceFile(display, null), display, text);

    private HoconObject Parse(SourceFile source, string identity, string text)
    {
        if (++_files > MaxFiles)
        {
            throw Refuse(source, $"more than {MaxFiles} files are included");
        }
        _open.Push(identity);
        var result = HoconReader.Read(source, text, (at, name) => Include(source, at, name));
        _open.Pop();
        return result;
    }

    private HoconObject Include(SourceFile from, SourcePosition at, string name)
    {
        if (_open.Count > MaxIncludeDepth)
        {
            throw Refuse(at, name, $"files are included more than {MaxIncludeDepth} deep");
        }
        if (name.Length is 0 or > 4096 || name.Any(char.IsControl))
        {
            throw Refuse(at, name, "this is not a file name");
        }
        // reference.conf lies under every scenario anyway; naming it is harmless.
        if (name == ScenarioSchema.Reference.Display)
        {
            return new HoconObject(at);
        }
        var full = from.IsEmbedded ? null : Path.GetFullPath(name, from.Directory!);
        if (full is not null && File.Exists(full))
        {
            NoCycle(at, name, full);
            // Shown relative to the including file's own spelling, so that an editor finds it.
            var display = Path.Combine(Path.GetDirectoryName(from.Display) ?? "", name).Replace('\\', '/');
            var source = new SourceFile(display, Path.GetDirectoryName(full));
            return Parse(source, full, TextOf(source, full));
        }
        if (Directory.Exists(full))
        {
            throw Refuse(at, name, "is a directory");
        }
        var stem = Path.GetFileNameWithoutExtension(name);
        if (stem + ".conf" == name && EmbeddedFiles.ScenarioText(stem) is not null)
        {
            NoCycle(at, name, EmbeddedFiles.ScenarioPath(stem));
            return ReadEmbedded(stem);
        }
        throw Refuse(at, name, "there is no such file to include");
    }

    private void NoCycle(SourcePosition at, string name, string identity)
    {
        if (_open.Contains(identity))
        {
            throw Refuse(at, name, "this file is being read already: it includes itself");
        }
    }

    private static string TextOf(SourceFile source, string path)
    {
        if (Directory.Exists(path))
        {
            // Opening one fails too, for a reason that misleads: access is denied.
            throw Refuse(source, "is a directory");
        }
        try
        {
            using var stream = File.OpenRead(path);
            // One byte more than allowed tells; the length of a pipe or a device is not to be trusted.
            var bytes = new byte[MaxBytes + 1];
            var length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            if (length > MaxBytes)
            {
                throw Refuse(source, $"the file is larger than {MaxBytes} bytes");
            }
            var text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes, 0, length);
            return text.StartsWith('\uFEFF') ? text[1..] : text;
        }
        catch (DecoderFallbackException)
        {
            throw Refuse(source, "the file is not UTF-8 text");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Refuse(source, $"cannot be read: {e.Message}");
        }
    }

    private static ScenarioException Refuse(SourceFile source, string message) =>
        ScenarioException.One(new SourcePosition(source, 0, 0).Error("", "", message, ""));

    private static ScenarioException Refuse(SourcePosition at, string name, string message) =>
        ScenarioException.One(at.Error("include", $"\"{name}\"", message, ""));
}
