using System.Globalization;
using System.Text;

namespace VIommuActors.Trace.Charts;

/// <summary>A chart as plain text: lifelines on the left, what the messages say on the right.</summary>
internal sealed class TextChart
{
    private const int Width = 76, TextWanted = 32, Narrowest = 6, Widest = 12, MaxTextLines = 3;
    private readonly ChartView _view;
    private readonly StringBuilder _text = new();
    private readonly List<string> _names;
    private readonly int _stepWidth;
    private readonly int _timeWidth;
    private readonly int _left;
    private readonly int _spacing;
    private readonly int _textAt;

    private TextChart(ChartView view)
    {
        _view = view;
        var hops = view.Rows.OfType<HopRow>().ToList();
        _stepWidth = Math.Max(4, Digits(hops.Select(hop => hop.Step.Step))) + 2;
        _timeWidth = view.TimeNs is null ? Math.Max(4, Digits(hops.Select(hop => hop.Step.TimeNs))) : 0;
        _left = Gutter("", "").Length;
        var lanes = Math.Max(1, view.Lifelines.Names.Count);
        _spacing = Math.Clamp((Width - _left - TextWanted) / lanes, Math.Min(Narrowest, (Width - _left - 16) / lanes), Widest);
        _names = ShortNames(view.Lifelines.Names, (2 * _spacing) - 1);
        _textAt = _left + (lanes * _spacing);
    }

    public static string Draw(ChartView view) => new TextChart(view).Draw();

    /// <summary>Sentences below each other; those that follow a heading are indented.</summary>
    public static string Wrapped(IReadOnlyList<string> sentences)
    {
        var text = new StringBuilder();
        foreach (var sentence in sentences)
        {
            var indent = sentence.StartsWith("step", StringComparison.Ordinal) ? "  " : "";
            foreach (var (index, line) in Wrap(sentence, Width - indent.Length - 2).Index())
            {
                text.Append(indent).Append(index == 0 ? "" : "  ").Append(line).Append('\n');
            }
        }

        return text.ToString();
    }

    private string Draw()
    {
        if (_view.Title.Length > 0)
        {
            Paragraph("", _view.Title);
            Line("");
        }

        if (_view.Rows.Count == 0)
        {
            Line("no steps");
            return _text.ToString();
        }

        Head();
        foreach (var row in _view.Rows)
        {
            switch (row)
            {
                case HopRow hop:
                    Hop(hop);
                    break;
                case LossRow loss:
                    var cells = Lanes();
                    Arrow(cells, loss.From, loss.To, '-', 'x');
                    Labelled(Gutter("", ""), cells, $"{Whose(loss.From, loss.To)}{loss.Text}");
                    break;
                case BannerRow banner:
                    Paragraph(Gutter(Tag(banner.Mark), ""), ChartWords.Ascii(banner.Text));
                    break;
                case FoldRow fold:
                    Paragraph(Gutter("...", ""), ChartWords.Ascii(fold.Text));
                    break;
            }
        }

        Foot();
        return _text.ToString();
    }

    // Names stand on two lines in turn, so that each has the room of two lifelines.
    private void Head()
    {
        var isOneLine = _names.All(name => name.Length < _spacing);
        var (upper, lower) = (Gutter("step", "t_ns"), Gutter("", ""));
        for (var i = 0; i < _names.Count; i++)
        {
            var at = _left + (i * _spacing);
            if (isOneLine || i % 2 == 0)
            {
                (upper, lower) = (upper.PadRight(at) + _names[i], lower.PadRight(at) + '|');
            }
            else
            {
                lower = lower.PadRight(at) + _names[i];
            }
        }

        Line(upper);
        if (!isOneLine)
        {
            Line(lower);
        }
    }

    private void Hop(HopRow hop)
    {
        var cells = Lanes();
        var isViolation = hop.Mark == ChartMark.Violation;
        Arrow(cells, hop.Step.From, hop.Step.To, isViolation ? '=' : '-', hop.IsLost ? 'x' : '\0');
        var time = _timeWidth > 0 ? hop.Step.TimeNs.ToString(CultureInfo.InvariantCulture) : "";
        var gutter = Gutter(hop.Step.Step.ToString(CultureInfo.InvariantCulture), time);
        if (isViolation)
        {
            gutter = ">>" + gutter[2..];
        }

        Labelled(gutter, cells, Whose(hop.Step.From, hop.Step.To) + hop.Text);
    }

    private string Whose(string? from, string to)
    {
        var lines = _view.Lifelines;
        return lines.IsShared(from) || lines.IsShared(to) ? $"{from ?? "outside"} to {to}: " : "";
    }

    private char[] Lanes()
    {
        var cells = new string(' ', _textAt - _left).ToCharArray();
        for (var i = 0; i < _names.Count; i++)
        {
            cells[i * _spacing] = '|';
        }

        return cells;
    }

    private void Arrow(char[] cells, string? from, string? to, char shaft, char head)
    {
        var (a, b) = (_view.Lifelines[from], _view.Lifelines[to]);
        if (a < 0 || a == b)
        {
            // To itself, or from outside: there is no other end.
            cells[b * _spacing] = head == '\0' ? 'o' : head;
            return;
        }

        var (left, right) = (Math.Min(a, b) * _spacing, Math.Max(a, b) * _spacing);
        Array.Fill(cells, shaft, left + 1, right - left - 1);
        cells[a < b ? right - 1 : left + 1] = head != '\0' ? head : a < b ? '>' : '<';
    }

    private void Labelled(string gutter, char[] cells, string label)
    {
        var lines = Wrap(ChartWords.Ascii(label), Width - _textAt);
        if (lines.Count > MaxTextLines)
        {
            var last = lines[MaxTextLines - 1];
            lines = [.. lines.Take(MaxTextLines - 1), string.Concat(last.AsSpan(0, Math.Min(last.Length, Width - _textAt - 3)), "...")];
        }

        Line(gutter.PadRight(_left) + new string(cells) + lines[0]);
        foreach (var line in lines.Skip(1))
        {
            Line(new string(' ', _left) + new string(Lanes()) + line);
        }
    }

    private void Foot()
    {
        Line("");
        if (_view.Still is { } still)
        {
            Paragraph("", still);
        }

        foreach (var sentence in _view.Footer)
        {
            Paragraph("", ChartWords.Ascii(sentence));
        }

        var legend = _names.Index().Where(one => one.Item != ChartWords.Ascii(_view.Lifelines.Names[one.Index]))
            .Select(one => $"{one.Item} = {_view.Lifelines.Names[one.Index]}")
            .Concat(_view.Lifelines.Legend.Select(one => $"{one.Name}: {one.About}"));
        foreach (var entry in legend)
        {
            Paragraph("", ChartWords.Ascii(entry));
        }

        if (_view.Lifelines.Shared.Count > 0)
        {
            Paragraph("", ChartWords.Ascii($"{ChartLifelines.Others}: {Some(_view.Lifelines.Shared)}"));
        }

        if (_view.Rows.OfType<HopRow>().Any(hop => _view.Lifelines[hop.Step.From] < 0 || hop.Step.From == hop.Step.To))
        {
            Line("o: from itself (a timer), or from outside");
        }
    }

    private static string Some(IReadOnlyList<string> names) =>
        names.Count <= 12 ? string.Join(", ", names) : $"{string.Join(", ", names.Take(12))} and {names.Count - 12} more";

    private static string Tag(ChartMark mark) => mark switch
    {
        ChartMark.Granted => "[G]",
        ChartMark.Revoked => "[R]",
        ChartMark.Violation => ">>!!!",
        ChartMark.Fault => "[X]",
        _ => "[*]",
    };

    private string Gutter(string step, string time) =>
        step.PadLeft(_stepWidth) + (_timeWidth > 0 ? "  " + time.PadLeft(_timeWidth) : "") + "  ";

    /// <summary>Text beside a gutter, over the lifelines, wrapped.</summary>
    private void Paragraph(string gutter, string text)
    {
        var first = true;
        foreach (var line in Wrap(ChartWords.Ascii(text), Width - gutter.Length))
        {
            Line((first ? gutter : new string(' ', gutter.Length)) + line);
            first = false;
        }
    }

    private void Line(string text) => _text.Append(text.TrimEnd()).Append('\n');

    private static int Digits(IEnumerable<long> numbers) =>
        numbers.DefaultIfEmpty(0).Max().ToString(CultureInfo.InvariantCulture).Length;

    private static List<string> Wrap(string text, int width)
    {
        var lines = new List<string>();
        var line = new StringBuilder();
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                Break();
            }

            if (line.Length > 0)
            {
                line.Append(' ');
            }

            line.Append(word);
            while (line.Length > width)
            {
                var rest = line.ToString(width, line.Length - width);
                line.Length = width;
                Break();
                line.Append(rest);
            }
        }

        Break();
        return lines;

        void Break()
        {
            lines.Add(line.ToString());
            line.Clear();
        }
    }

    /// <summary>Names that fit, each different: a long one keeps its beginning and its end.</summary>
    private static List<string> ShortNames(IReadOnlyList<string> names, int width)
    {
        var taken = new HashSet<string>(StringComparer.Ordinal);
        var all = new List<string>();
        foreach (var (index, name) in names.Index())
        {
            var plain = ChartWords.Ascii(name);
            if (plain.Length > width)
            {
                var tail = (width - 1) / 2;
                plain = $"{plain[..(width - 1 - tail)]}~{plain[^tail..]}";
            }

            if (!taken.Add(plain))
            {
                taken.Add(plain = string.Create(CultureInfo.InvariantCulture, $"~{index + 1}"));
            }

            all.Add(plain);
        }

        return all;
    }
}
