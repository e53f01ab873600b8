using System.Globalization;
using System.Security;
using System.Text;

namespace VIommuActors.Trace.Charts;

/// <summary>A chart as SVG: one document without script, font or link. Colours follow the reader's light or dark setting.</summary>
internal sealed class SvgChart
{
    private const int RowHeight = 20, Top = 64, Spacing = 112, CharWidth = 7, MaxNameChars = 15, MaxTextChars = 200;
    private readonly ChartView _view;
    private readonly StringBuilder _body = new();
    private readonly int _left;
    private readonly int _textAt;
    private int _widest;

    private SvgChart(ChartView view)
    {
        _view = view;
        _left = view.TimeNs is null ? 190 : 90;
        _textAt = _left + (Math.Max(1, view.Lifelines.Names.Count) * Spacing) - 40;
    }

    public static string Draw(ChartView view) => new SvgChart(view).Draw();

    private string Draw()
    {
        var y = Top;
        foreach (var row in _view.Rows)
        {
            Row(row, y);
            y += RowHeight;
        }

        var end = y;
        y += RowHeight;
        foreach (var line in Legend())
        {
            Text(12, y, "r", line);
            y += RowHeight;
        }

        var height = y + 8;
        var width = Math.Max(_textAt, _widest) + 24;
        var svg = new StringBuilder();
        var title = Escape(_view.Title.Length > 0 ? _view.Title : "Sequence chart");
        svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" ");
        svg.Append(CultureInfo.InvariantCulture, $"viewBox=\"0 0 {width} {height}\" role=\"img\">\n<title>{title}</title>\n");
        svg.Append(CultureInfo.InvariantCulture, $"<desc>{Escape(string.Join(' ', _view.Footer))}</desc>\n");
        svg.Append(Style);
        svg.Append("<rect class=\"bg\" width=\"100%\" height=\"100%\"/>\n");
        svg.Append(CultureInfo.InvariantCulture, $"<text class=\"h\" x=\"12\" y=\"24\">{title}</text>\n");
        for (var i = 0; i < _view.Lifelines.Names.Count; i++)
        {
            var (x, name) = (X(i), _view.Lifelines.Names[i]);
            var shown = name.Length > MaxNameChars ? string.Concat(name.AsSpan(0, 7), "…", name.AsSpan(name.Length - 7)) : name;
            svg.Append(CultureInfo.InvariantCulture, $"<line class=\"l\" x1=\"{x}\" y1=\"{Top - 12}\" x2=\"{x}\" y2=\"{end}\"/>\n");
            svg.Append(CultureInfo.InvariantCulture, $"<text class=\"h m\" x=\"{x}\" y=\"{Top - 18}\">");
            svg.Append(CultureInfo.InvariantCulture, $"<title>{Escape(name)}</title>{Escape(shown)}</text>\n");
        }

        return svg.Append(_body).Append("</svg>\n").ToString();
    }

    private const string Style =
        "<style>\n"
        + "text{font:12px ui-monospace,Menlo,Consolas,monospace;fill:#1b1f24}\n"
        + ".bg{fill:#fff}.h{font-weight:bold}.m{text-anchor:middle}.n{text-anchor:end}.r,.n{fill:#57606a}\n"
        + ".l{stroke:#afb8c1}.a{stroke:#1b1f24;stroke-width:1.3;fill:none}.p{fill:#1b1f24}\n"
        + ".bad{stroke:#cf222e;stroke-width:3;fill:none}.badp,.badt{fill:#cf222e}.badt{font-weight:bold}\n"
        + ".badb{fill:#cf222e;fill-opacity:.13}\n"
        + ".mk{fill:#0550ae;font-weight:bold}.mkb{fill:#0969da;fill-opacity:.13}.ft{fill:#8a4600;font-weight:bold}\n"
        + "@media (prefers-color-scheme:dark){\n"
        + "text{fill:#e6edf3}.bg{fill:#0d1117}.r,.n{fill:#9198a1}.l{stroke:#484f58}.a{stroke:#e6edf3}.p{fill:#e6edf3}\n"
        + ".bad{stroke:#ff7b72}.badp,.badt{fill:#ff7b72}.mk{fill:#79c0ff}.ft{fill:#ffa657}}\n"
        + "</style>\n";

    private int X(int column) => _left + 40 + (column * Spacing);

    private void Row(ChartRow row, int y)
    {
        switch (row)
        {
            case HopRow hop:
                Hop(hop, y);
                break;
            case LossRow loss:
                Arrow(loss.From, loss.To, y, "a", "p", isLost: true);
                Text(_textAt, y, "", loss.Text);
                break;
            case BannerRow banner:
                var style = banner.Mark switch
                {
                    ChartMark.Violation => "badt",
                    ChartMark.Fault => "ft",
                    ChartMark.Granted or ChartMark.Revoked => "mk",
                    _ => "r",
                };
                Text(_textAt, y, style, $"{(banner.Mark == ChartMark.Violation ? "!! " : "▲ ")}{banner.Text}");
                break;
            case FoldRow fold:
                Text(_left, y, "r", $"… {fold.Text}");
                break;
        }
    }

    private void Hop(HopRow hop, int y)
    {
        var isBad = hop.Mark == ChartMark.Violation;
        if (hop.Mark != ChartMark.None)
        {
            _body.Append(CultureInfo.InvariantCulture,
                $"<rect class=\"{(isBad ? "badb" : "mkb")}\" x=\"0\" y=\"{y - 14}\" width=\"100%\" height=\"{RowHeight}\"/>\n");
        }

        _body.Append(CultureInfo.InvariantCulture, $"<text class=\"n\" x=\"64\" y=\"{y}\">{hop.Step.Step}</text>\n");
        if (_view.TimeNs is null)
        {
            _body.Append(CultureInfo.InvariantCulture, $"<text class=\"n\" x=\"184\" y=\"{y}\">{hop.Step.TimeNs} ns</text>\n");
        }

        Arrow(hop.Step.From, hop.Step.To, y, isBad ? "bad" : "a", isBad ? "badp" : "p", hop.IsLost);
        var lines = _view.Lifelines;
        var (from, to) = (hop.Step.From, hop.Step.To);
        var whose = lines.IsShared(from) || lines.IsShared(to) ? $"{from ?? "outside"} to {to}: " : "";
        Text(_textAt, y, isBad ? "badt" : "", whose + hop.Text);
    }

    private void Arrow(string? from, string to, int y, string line, string point, bool isLost)
    {
        var (a, b) = (_view.Lifelines[from], _view.Lifelines[to]);
        var (at, middle) = (X(b), y - 4);
        if (a < 0 || a == b)
        {
            _body.Append(CultureInfo.InvariantCulture, $"<circle class=\"{point}\" cx=\"{at}\" cy=\"{middle}\" r=\"4\"/>\n");
        }
        else
        {
            var back = a < b ? -1 : 1;
            _body.Append(
                CultureInfo.InvariantCulture,
                $"<line class=\"{line}\" x1=\"{X(a)}\" y1=\"{middle}\" x2=\"{at + (back * 6)}\" y2=\"{middle}\"/>\n");
            if (!isLost)
            {
                var (end, upper, lower) = (at + (back * 9), middle - 4, middle + 4);
                _body.Append(
                    CultureInfo.InvariantCulture,
                    $"<polygon class=\"{point}\" points=\"{at},{middle} {end},{upper} {end},{lower}\"/>\n");
            }

            at += back * 6;
        }

        if (isLost)
        {
            _body.Append(CultureInfo.InvariantCulture,
                $"<path class=\"bad\" d=\"M{at - 5},{middle - 5}L{at + 5},{middle + 5}M{at - 5},{middle + 5}L{at + 5},{middle - 5}\"/>\n");
        }
    }

    private IEnumerable<string> Legend()
    {
        if (_view.Still is { } still)
        {
            yield return still;
        }

        foreach (var sentence in _view.Footer)
        {
            yield return sentence;
        }

        foreach (var (name, about) in _view.Lifelines.Legend)
        {
            yield return $"{name}: {about}";
        }

        if (_view.Lifelines.Shared.Count > 0)
        {
            yield return $"{ChartLifelines.Others}: {string.Join(", ", _view.Lifelines.Shared)}";
        }
    }

    private void Text(int x, int y, string style, string text)
    {
        var shown = text.Length > MaxTextChars ? text[..MaxTextChars] + "…" : text;
        _widest = Math.Max(_widest, x + (shown.Length * CharWidth));
        var kind = style.Length == 0 ? "" : $" class=\"{style}\"";
        _body.Append(CultureInfo.InvariantCulture, $"<text{kind} x=\"{x}\" y=\"{y}\">{Escape(shown)}</text>\n");
    }

    // XML has no control characters and no halves of surrogate pairs, not even escaped.
    private static string Escape(string text)
    {
        var plain = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            plain.Append(rune.Value is < ' ' or 0xfffe or 0xffff || Rune.IsControl(rune) ? "?" : rune.ToString());
        }

        return SecurityElement.Escape(plain.ToString());
    }
}
