using System.Globalization;

namespace VIommuActors.Scenarios.Hocon;

/// <summary>Reads the part of HOCON that scenarios use, strictly and with positions.</summary>
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

    private readonly HoconCursor _cursor;
    private readonly Func<SourcePosition, string, HoconObject>? _include;
    private string? _misplaced;

    private HoconReader(SourceFile source, string text, Func<SourcePosition, string, HoconObject>? include)
    {
        (_cursor, _include) = (new(source, text), include);
        if (text.Length > MaxLength)
        {
            throw _cursor.Fail(new(source, 0, 0), $"the text is longer than {MaxLength} characters");
        }
    }

    /// <summary>Reads a whole file.</summary>
    /// <param name="source">Named in every position.</param>
    /// <param name="text">The file's text.</param>
    /// <param name="include">Reads an included file, given the place and the name; null: includes are refused.</param>
    /// <exception cref="ScenarioException">With one error: what follows a syntax error would be guesses.</exception>
    public static HoconObject Read(SourceFile source, string text, Func<SourcePosition, string, HoconObject>? include)
    {
        var reader = new HoconReader(source, text, include);
        var cursor = reader._cursor;
        cursor.SkipBlank();
        if (cursor.Current != '{')
        {
            var members = new HoconObject(cursor.Here);
            reader.ReadMembers(members, opened: null, 0);
            return members;
        }
        var root = reader.ReadObject(0);
        cursor.SkipBlank();
        return cursor.AtEnd ? root : throw cursor.Fail(cursor.Here, $"{cursor.Seen} after the closing brace of the file");
    }

    /// <summary>Reads one value that makes up the whole text, as in <c>--set key=value</c>.</summary>
    /// <exception cref="ScenarioException">With one error.</exception>
    public static HoconNode ReadOne(SourceFile source, string key, string text)
    {
        var reader = new HoconReader(source, text, null);
        var cursor = reader._cursor;
        cursor.Path.Add(key);
        cursor.SkipBlank();
        var value = reader.ReadValue(0);
        cursor.SkipBlank();
        return cursor.AtEnd ? value
            : throw cursor.Fail(cursor.Here, $"{cursor.Seen} after the value; quote text that has a comma or a bracket");
    }

    private void ReadMembers(HoconObject into, SourcePosition? opened, int depth)
    {
        var indent = _cursor.Indent;
        while (true)
        {
            _cursor.SkipBlank();
            if (_cursor.AtEnd || _cursor.Current == '}')
            {
                Close(opened, "brace");
                return;
            }
            NoteMisplaced(opened, indent);
            ReadMember(into, depth);
            ReadSeparator('}');
        }
    }

    private void Close(SourcePosition? opened, string what)
    {
        if (opened is { } at && _cursor.AtEnd)
        {
            throw _cursor.Fail(at, $"the opening {what} is never closed{_misplaced}");
        }
        if (opened is null && !_cursor.AtEnd)
        {
            throw _cursor.Fail(_cursor.Here, $"this closing {what} has no opening one");
        }
        _cursor.Step();
    }

    // A forgotten brace shows only at the end of the file; the indentation usually tells where it was forgotten.
    private void NoteMisplaced(SourcePosition? opened, int indent)
    {
        if (opened is { } at && _misplaced is null && _cursor.Here.Line > at.Line && _cursor.IsFirstOnLine && _cursor.Indent <= indent)
        {
            var section = string.Join('.', _cursor.Path);
            _misplaced = string.Create(CultureInfo.InvariantCulture,
                $"; line {_cursor.Here.Line} is indented as if {section} (opened in line {at.Line}) had ended before it");
        }
    }

    private void ReadMember(HoconObject into, int depth)
    {
        var (comment, at, keys) = (_cursor.TakeComment(), _cursor.Here, ReadKeys());
        _cursor.SkipSpaces();
        if (keys is ["include"] && _cursor.Current is not ('=' or ':' or '{'))
        {
            Include(into, at);
            return;
        }
        _cursor.Path.AddRange(keys);
        if (depth + keys.Count > MaxDepth)
        {
            throw _cursor.Fail(at, $"nested deeper than {MaxDepth} levels");
        }
        if (_cursor.Current is '=' or ':')
        {
            _cursor.Step();
            _cursor.SkipSpaces();
        }
        else if (_cursor.Current != '{')
        {
            throw _cursor.Fail(_cursor.Here,
                _cursor.AtLineEnd ? "the key has no value" : $"expected = or {{ after the key, found {_cursor.Seen}");
        }
        var value = ReadValue(depth + keys.Count);
        for (var i = keys.Count - 1; i > 0; i--)
        {
            var outer = new HoconObject(at);
            outer.Put(new(keys[i], at, value, comment));
            value = outer;
        }
        _cursor.Path.RemoveRange(_cursor.Path.Count - keys.Count, keys.Count);
        Check(into.Put(new(keys[0], at, value, comment)));
    }

    private void Check(HoconClash? clash)
    {
        if (clash is not null)
        {
            _cursor.Path.Add(clash.Path);
            throw _cursor.Fail(clash.New.At, string.Create(CultureInfo.InvariantCulture,
                $"has a value already, in line {clash.Old.At.Line}; a file states each key once"), clash.New.Value.Shown);
        }
    }

    private void Include(HoconObject into, SourcePosition at)
    {
        if (_cursor.Current != '"')
        {
            throw _cursor.Fail(at, "include needs a file name in quotes");
        }
        var name = _cursor.ReadQuoted();
        if (_include is null)
        {
            throw _cursor.Fail(at, "include is not possible here");
        }
        Check(into.PutAll(_include(at, name)));
    }

    private List<string> ReadKeys()
    {
        var keys = new List<string>();
        while (true)
        {
            var quoted = _cursor.Current == '"';
            var key = quoted ? _cursor.ReadQuoted() : _cursor.Take(c => char.IsAsciiLetterOrDigit(c.Current) || c.Current is '-' or '_');
            if (key.Length == 0 && !quoted)
            {
                throw _cursor.Fail(_cursor.Here, $"expected a key, found {_cursor.Seen}");
            }
            keys.Add(key);
            if (_cursor.Current != '.')
            {
                return keys;
            }
            _cursor.Step();
        }
    }

    private HoconNode ReadValue(int depth) => _cursor.Current switch
    {
        '{' => ReadObject(depth),
        '[' => ReadList(depth),
        '"' => ReadQuotedValue(),
        _ => ReadUnquoted(),
    };

    private HoconObject ReadObject(int depth)
    {
        var result = new HoconObject(Open(depth));
        ReadMembers(result, result.At, depth + 1);
        return result;
    }

    private HoconList ReadList(int depth)
    {
        var at = Open(depth);
        var items = new List<HoconNode>();
        while (true)
        {
            _cursor.SkipBlank();
            if (_cursor.AtEnd || _cursor.Current == ']')
            {
                Close(at, "bracket");
                return new HoconList(at, items);
            }
            items.Add(ReadValue(depth + 1));
            ReadSeparator(']');
        }
    }

    private SourcePosition Open(int depth)
    {
        var at = _cursor.Here;
        if (depth >= MaxDepth)
        {
            throw _cursor.Fail(at, $"nested deeper than {MaxDepth} levels");
        }
        _cursor.Step();
        return at;
    }

    /// <summary>After an entry: a comma, a new line, or the end of what it stands in.</summary>
    private void ReadSeparator(char close)
    {
        _cursor.SkipSpaces();
        // A comment behind an entry is about that entry, not about the next key.
        _cursor.SkipComment();
        var newLine = _cursor.AtLineEnd;
        if (newLine)
        {
            _cursor.SkipBlank();
        }
        if (_cursor.Current == ',')
        {
            _cursor.Step();
        }
        else if (!newLine && _cursor.Current != close)
        {
            throw _cursor.Fail(_cursor.Here, $"expected a comma, a new line or {close} here, found {_cursor.Seen}");
        }
    }

    private HoconText ReadQuotedValue()
    {
        var at = _cursor.Here;
        if (_cursor.LooksAt("\"\"\""))
        {
            throw _cursor.Fail(at, "triple quotes are not part of scenario files; use one line in plain quotes");
        }
        return new HoconText(at, _cursor.ReadQuoted(), quoted: true);
    }

    private HoconText ReadUnquoted()
    {
        var at = _cursor.Here;
        var text = _cursor.Take(c => !EndsText(c) && !IsOdd(c.Current));
        if (!_cursor.AtEnd && !EndsText(_cursor))
        {
            throw _cursor.Fail(_cursor.Here, _cursor.Current switch
            {
                '$' => "substitutions are not part of scenario files",
                '=' => "a second = in one entry: a comma or a new line is missing before its key, or text needs quotes",
                _ => $"{_cursor.Seen} needs quotes around the text",
            }, (text + _cursor.Current).Trim());
        }
        text = text.Trim();
        return text.Length > 0 ? new HoconText(at, text, quoted: false) : throw _cursor.Fail(at, "a value is missing");
    }

    private static bool EndsText(HoconCursor c) => c.Current is '\n' or ',' or '}' or ']' or '#' || c.AtSlashComment;

    private static bool IsOdd(char c) =>
        NeedsQuotes.Contains(c, StringComparison.Ordinal) || (char.IsControl(c) && c is not ('\t' or '\r'));
}
