using System.Globalization;
using System.Text;

namespace VIommuActors.Scenarios.Hocon;

/// <summary>A place in a text that is being read: white space, comments, quotes, and errors with line and column.</summary>
internal sealed class HoconCursor(SourceFile source, string text)
{
    private readonly List<string> _comments = [];
    private int _at;
    private int _line = 1;
    private int _lineStart;

    /// <summary>Keys that lead to the value being read; errors name them.</summary>
    public List<string> Path { get; } = [];

    public bool AtEnd => _at >= text.Length;

    /// <summary>The character here; NUL at the end, which a text may also contain.</summary>
    public char Current => _at < text.Length ? text[_at] : '\0';

    public bool AtLineEnd => AtEnd || Current == '\n';

    public bool AtSlashComment => LooksAt("//");

    public SourcePosition Here => new(source, _line, _at - _lineStart + 1);

    /// <summary>Columns of white space before the first character of this line.</summary>
    public int Indent
    {
        get
        {
            var i = _lineStart;
            while (i < text.Length && text[i] is ' ' or '\t')
            {
                i++;
            }
            return i - _lineStart;
        }
    }

    public bool IsFirstOnLine => Indent == _at - _lineStart;

    /// <summary>What stands here, for an error message.</summary>
    public string Seen => AtEnd ? "the end of the text"
        : Current == '\n' ? "the end of the line"
        : char.IsControl(Current) || char.IsSurrogate(Current)
            ? string.Create(CultureInfo.InvariantCulture, $"character U+{(int)Current:X4}")
        : $"'{Current}'";

    public bool LooksAt(string what) => text.AsSpan(Math.Min(_at, text.Length)).StartsWith(what, StringComparison.Ordinal);

    public void Step() => _at++;

    /// <summary>Reads while <paramref name="wanted"/> holds for the character here.</summary>
    public string Take(Func<HoconCursor, bool> wanted)
    {
        var start = _at;
        while (!AtEnd && wanted(this))
        {
            _at++;
        }
        return text[start.._at];
    }

    public void SkipSpaces() => Take(c => c.Current != '\n' && char.IsWhiteSpace(c.Current));

    /// <summary>White space, new lines and comments; the comment block that ends right above the next key is kept for it.</summary>
    public void SkipBlank()
    {
        var newLines = 0;
        while (true)
        {
            SkipSpaces();
            if (!AtEnd && Current == '\n')
            {
                _at++;
                _line++;
                _lineStart = _at;
                if (++newLines > 1)
                {
                    _comments.Clear();
                }
            }
            else if (SkipComment() is { } comment)
            {
                _comments.Add(comment);
                newLines = 0;
            }
            else
            {
                return;
            }
        }
    }

    /// <summary>Skips a comment up to the end of its line and returns its words; null when there is none here.</summary>
    public string? SkipComment()
    {
        if (Current != '#' && !AtSlashComment)
        {
            return null;
        }
        return Take(c => c.Current != '\n').TrimStart('#', '/').Trim();
    }

    /// <summary>The comment lines collected so far, handed over to the key they belong to.</summary>
    public string TakeComment()
    {
        var comment = string.Join('\n', _comments);
        _comments.Clear();
        return comment;
    }

    /// <summary>Reads a quoted string, standing at its opening quote.</summary>
    public string ReadQuoted()
    {
        var at = Here;
        var result = new StringBuilder();
        _at++;
        while (true)
        {
            if (AtLineEnd)
            {
                throw Fail(at, "the quote is not closed on its line");
            }
            var c = text[_at++];
            if (c == '"')
            {
                return result.ToString();
            }
            result.Append(c == '\\' ? ReadEscape() : c);
        }
    }

    private char ReadEscape()
    {
        var c = Current;
        _at++;
        switch (c)
        {
            case '"' or '\\' or '/': return c;
            case 'n': return '\n';
            case 't': return '\t';
            case 'r': return '\r';
            case 'b': return '\b';
            case 'f': return '\f';
            case 'u' when _at + 4 <= text.Length
                && ushort.TryParse(text.AsSpan(_at, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code):
                _at += 4;
                return (char)code;
            default:
                _at--;
                throw Fail(Here, $"a backslash cannot be followed by {Seen} in quotes");
        }
    }

    /// <summary>An error at a place of this text.</summary>
    public ScenarioException Fail(SourcePosition at, string message, string value = "") =>
        ScenarioException.One(at.Error(string.Join('.', Path), value, message, ""));
}
