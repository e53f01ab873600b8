using System.Globalization;
using System.Text;

namespace VIommuActors.Scenarios.Hocon;

/// <summary>
/// Reads the part of HOCON that scenarios use, strictly and with positions.
/// </summary>
/// <remarks>
/// Akka's parser cannot serve here: it keeps no positions, takes a missing brace for the end of the file, lets a later key
/// replace an earlier one in silence and refuses a comma after a brace. What this reader accepts means the same to Akka's, which
/// the tests check. Left out on purpose, each with its own message: substitutions, <c>+=</c>, triple quotes and joined values.
/// </remarks>
internal sealed class HoconReader
{
    /// <summary>Nesting allowed in one text: recursion stays far from the end of the stack.</summary>
    public const int MaxDepth = 32;

    /// <summary>Characters allowed in one text.</summary>
    public const int MaxLength = 1 << 20;

    private const string NeedsQuotes = "$\"{}[]:=+`^?!@*&\\";

    private readonly SourceFile _source;
    private readonly string _text;
    private readonly Func<SourcePosition, string, HoconObject>? _include;
    private readonly List<string> _path = [];
    private readonly List<string> _comments = [];
    private int _at;
    private int _line = 1;
    private int _lineStart;
    private string? _misplaced;

    private HoconReader(SourceFile source, string text, Func<SourcePosition, string, HoconObject>? include)
    {
        _source = source;
        _text = text;
        _include = include;
    }

    private bool AtEnd => _at >= _text.Length;

    private char Current => _at < _text.Length ? _text[_at] : '\0';

    private SourcePosition Here => new(_source, _line, _at - _lineStart + 1);

    /// <summary>Reads a whole file.</summary>
    /// <param name="source">Named in every position.</param>
    /// <param name="text">The file's text.</param>
    /// <param name="include">Reads an included file, given the place and the name; null: includes are refused.</param>
    /// <exception cref="ScenarioException">With one error: what follows a syntax error would be guesses.</exception>
    public static HoconObject Read(SourceFile source, string text, Func<SourcePosition, string, HoconObject>? include)
    {
        var reader = new HoconReader(source, text, include);
        reader.CheckLength();
        reader.SkipBlank();
        if (reader.Current != '{')
        {
            var members = new HoconObject(reader.Here);
            reader.ReadMembers(members, opened: null, 0);
            return members;
        }
        var root = reader.ReadObject(0);
        reader.SkipBlank();
        return reader.AtEnd ? root : throw reader.Fail(reader.Here, $"{reader.Seen()} after the closing brace of the file");
    }

    /// <summary>Reads one value that makes up the whole text, as in <c>--set key=value</c>.</summary>
    /// <exception cref="ScenarioException">With one error.</exception>
    public static HoconNode ReadOne(SourceFile source, string key, string text)
    {
        var reader = new HoconReader(source, text, null);
        reader.CheckLength();
        reader._path.Add(key);
        reader.SkipBlank();
        var value = reader.ReadValue(0);
        reader.SkipBlank();
        return reader.AtEnd ? value : throw reader.Fail(reader.Here, $"{reader.Seen()} after the value; quote text that has a comma or a bracket");
    }

    private void CheckLength()
    {
        if (_text.Length > MaxLength)
        {
            throw Fail(new(_source, 0, 0), $"the text is longer than {MaxLength} characters");
        }
    }

    private void ReadMembers(HoconObject into, SourcePosition? opened, int depth)
    {
        var indent = opened is null ? 0 : Indent();
        while (true)
        {
            SkipBlank();
            if (AtEnd || Current == '}')
            {
                CloseOrFail(opened, '}');
                return;
            }
            NoteMisplaced(opened, indent);
            ReadMember(into, depth);
            ReadSeparator("}");
        }
    }

    private void CloseOrFail(SourcePosition? opened, char close)
    {
        if (opened is { } at)
        {
            if (AtEnd)
            {
                throw Fail(at, $"the opening {(close == '}' ? "brace" : "bracket")} is never closed{_misplaced}");
            }
            _at++;
        }
        else if (!AtEnd)
        {
            throw Fail(Here, "this closing brace has no opening one");
        }
    }

    // A forgotten brace shows only at the end of the file; the indentation usually tells where it was forgotten.
    private void NoteMisplaced(SourcePosition? opened, int indent)
    {
        if (opened is { } at && _misplaced is null && _line > at.Line && Indent() <= indent && Indent() == _at - _lineStart)
        {
            _misplaced = string.Create(CultureInfo.InvariantCulture,
                $"; line {_line} is indented as if {PathText} (opened in line {at.Line}) had ended before it");
        }
    }

    private int Indent()
    {
        var i = _lineStart;
        while (i < _text.Length && _text[i] is ' ' or '\t')
        {
            i++;
        }
        return i - _lineStart;
    }

    private void ReadMember(HoconObject into, int depth)
    {
        var comment = string.Join('\n', _comments);
        _comments.Clear();
        var at = Here;
        var keys = ReadPath();
        SkipSpaces();
        if (keys is ["include"] && Current is not ('=' or ':' or '{'))
        {
            Include(into, at);
            return;
        }
        _path.AddRange(keys);
        if (depth + keys.Count > MaxDepth)
        {
            throw Fail(at, $"nested deeper than {MaxDepth} levels");
        }
        if (Current is '=' or ':')
        {
            _at++;
            SkipSpaces();
        }
        else if (Current != '{')
        {
            throw Fail(Here, AtEnd || Current == '\n' ? "the key has no value" : $"expected = or {{ after the key, found {Seen()}");
        }
        var value = ReadValue(depth + keys.Count);
        for (var i = keys.Count - 1; i > 0; i--)
        {
            var outer = new HoconObject(at);
            outer.Put(new(keys[i], at, value, comment));
            value = outer;
        }
        _path.RemoveRange(_path.Count - keys.Count, keys.Count);
        Check(into.Put(new(keys[0], at, value, comment)));
    }

    private void Check(HoconClash? clash)
    {
        if (clash is not null)
        {
            _path.Add(clash.Path);
            var (value, first) = (clash.New.Value, clash.Old.At.Line);
            throw Fail(clash.New.At, string.Create(CultureInfo.InvariantCulture, $"has a value already, in line {first}; a file states each key once"), value.Shown);
        }
    }

    private void Include(HoconObject into, SourcePosition at)
    {
        if (Current != '"')
        {
            throw Fail(at, "include needs a file name in quotes");
        }
        var name = ReadQuoted();
        if (_include is null)
        {
            throw Fail(at, "include is not possible here");
        }
        Check(into.PutAll(_include(at, name)));
    }

    private List<string> ReadPath()
    {
        var keys = new List<string>();
        while (true)
        {
            var start = _at;
            if (Current == '"')
            {
                keys.Add(ReadQuoted());
            }
            else
            {
                while (char.IsAsciiLetterOrDigit(Current) || Current is '-' or '_')
                {
                    _at++;
                }
                if (_at == start)
                {
                    throw Fail(Here, $"expected a key, found {Seen()}");
                }
                keys.Add(_text[start.._at]);
            }
            if (Current != '.')
            {
                return keys;
            }
            _at++;
        }
    }

    private HoconNode ReadValue(int depth) => Current switch
    {
        '{' => ReadObject(depth),
        '[' => ReadList(depth),
        '"' => ReadQuotedValue(),
        _ => ReadUnquoted(),
    };

    private HoconObject ReadObject(int depth)
    {
        var at = Here;
        CheckDepth(at, depth);
        var result = new HoconObject(at);
        _at++;
        ReadMembers(result, at, depth + 1);
        return result;
    }

    private HoconList ReadList(int depth)
    {
        var at = Here;
        CheckDepth(at, depth);
        var items = new List<HoconNode>();
        _at++;
        while (true)
        {
            SkipBlank();
            if (AtEnd || Current == ']')
            {
                CloseOrFail(at, ']');
                return new HoconList(at, items);
            }
            items.Add(ReadValue(depth + 1));
            ReadSeparator("]");
        }
    }

    private void CheckDepth(SourcePosition at, int depth)
    {
        if (depth >= MaxDepth)
        {
            throw Fail(at, $"nested deeper than {MaxDepth} levels");
        }
    }

    /// <summary>After an entry: a comma, a new line, or the end of what it stands in.</summary>
    private void ReadSeparator(string close)
    {
        SkipSpaces();
        SkipComment();
        var newLine = Current == '\n';
        if (newLine)
        {
            SkipBlank();
        }
        if (Current == ',')
        {
            _at++;
        }
        else if (!newLine && !AtEnd && !close.Contains(Current, StringComparison.Ordinal))
        {
            throw Fail(Here, $"expected a comma, a new line or {close} here, found {Seen()}");
        }
    }

    private HoconText ReadQuotedValue()
    {
        var at = Here;
        if (_text.AsSpan(_at).StartsWith("\"\"\""))
        {
            throw Fail(at, "triple quotes are not part of scenario files; use one line in plain quotes");
        }
        return new HoconText(at, ReadQuoted(), quoted: true);
    }

    private string ReadQuoted()
    {
        var at = Here;
        var text = new StringBuilder();
        _at++;
        while (true)
        {
            if (AtEnd || Current == '\n')
            {
                throw Fail(at, "the quote is not closed on its line");
            }
            var c = _text[_at++];
            if (c == '"')
            {
                return text.ToString();
            }
            text.Append(c == '\\' ? ReadEscape() : c);
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
            case 'u' when _at + 4 <= _text.Length
                && ushort.TryParse(_text.AsSpan(_at, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code):
                _at += 4;
                return (char)code;
            default:
                _at--;
                throw Fail(Here, $"a backslash cannot be followed by {Seen()} in quotes");
        }
    }

    private HoconText ReadUnquoted()
    {
        var at = Here;
        var start = _at;
        while (!AtEnd && Current is not ('\n' or ',' or '}' or ']' or '#') && !IsSlashComment)
        {
            if (NeedsQuotes.Contains(Current, StringComparison.Ordinal) || (char.IsControl(Current) && Current is not ('\t' or '\r')))
            {
                throw Fail(Here, Current switch
                {
                    '$' => "substitutions are not part of scenario files",
                    '=' => "a second = in one entry: a comma or a new line is missing before its key, or text needs quotes",
                    _ => $"{Seen()} needs quotes around the text",
                }, _text[start..(_at + 1)].Trim());
            }
            _at++;
        }
        var text = _text[start.._at].Trim();
        return text.Length > 0 ? new HoconText(at, text, quoted: false) : throw Fail(at, "a value is missing");
    }

    private bool IsSlashComment => Current == '/' && _at + 1 < _text.Length && _text[_at + 1] == '/';

    private void SkipSpaces()
    {
        while (!AtEnd && Current != '\n' && char.IsWhiteSpace(Current))
        {
            _at++;
        }
    }

    /// <summary>White space, new lines and comments; the comment block that ends right above the next key is kept for it.</summary>
    private void SkipBlank()
    {
        var newLines = 0;
        while (true)
        {
            SkipSpaces();
            if (Current == '\n' && !AtEnd)
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

    private string? SkipComment()
    {
        var mark = Current == '#' ? 1 : IsSlashComment ? 2 : 0;
        if (mark == 0)
        {
            return null;
        }
        var start = _at + mark;
        while (!AtEnd && Current != '\n')
        {
            _at++;
        }
        return _text[start.._at].Trim();
    }

    private string PathText => string.Join('.', _path);

    private string Seen() => AtEnd ? "the end of the text"
        : Current == '\n' ? "the end of the line"
        : char.IsControl(Current) || char.IsSurrogate(Current) ? string.Create(CultureInfo.InvariantCulture, $"character U+{(int)Current:X4}")
        : $"'{Current}'";

    private ScenarioException Fail(SourcePosition at, string message, string value = "") =>
        ScenarioException.One(at.Error(PathText, value, message, ""));
}
