using System.Globalization;
using System.Text;

namespace VIommuActors.Trace.Charts;

/// <summary>A chart in Mermaid's language for sequence diagrams.</summary>
internal static class MermaidChart
{
    /// <summary>Mermaid refuses 50,000 characters and more.</summary>
    public const int MaxLength = 45_000;

    private const int LongestText = 160;

    /// <summary>Draws it, with the legend where participants lived on several nodes; elsewhere their names have to do.</summary>
    public static string Draw(ChartView view, bool hasLegend)
    {
        var text = new StringBuilder("sequenceDiagram\n");
        var names = view.Lifelines.Names;
        var hasOutside = view.Rows.OfType<HopRow>().Any(hop => view.Lifelines[hop.Step.From] < 0);
        if (hasOutside)
        {
            text.Append("    participant x as outside\n");
        }

        for (var i = 0; i < names.Count; i++)
        {
            var shared = names[i] == ChartLifelines.Others && view.Lifelines.Shared.Count > 0
                ? string.Create(CultureInfo.InvariantCulture, $" ({view.Lifelines.Shared.Count})") : "";
            text.Append(CultureInfo.InvariantCulture, $"    participant p{i} as {Escape(names[i] + shared)}\n");
        }

        if (names.Count == 0)
        {
            return text.Append("    participant x as no steps\n").ToString();
        }

        var across = names.Count == 1 ? "p0" : string.Create(CultureInfo.InvariantCulture, $"p0,p{names.Count - 1}");
        if (view.Title.Length > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"    Note over {across}: {Escape(view.Title)}\n");
        }

        foreach (var row in view.Rows)
        {
            Row(text, view.Lifelines, across, row);
        }

        foreach (var sentence in view.Footer)
        {
            text.Append(CultureInfo.InvariantCulture, $"    Note over {across}: {Escape(sentence)}\n");
        }

        foreach (var (name, about) in hasLegend ? view.Lifelines.Legend : [])
        {
            text.Append(CultureInfo.InvariantCulture, $"    Note over {across}: {Escape($"{name}: {about}")}\n");
        }

        return text.ToString();
    }

    private static void Row(StringBuilder text, ChartLifelines lines, string across, ChartRow row)
    {
        switch (row)
        {
            case HopRow hop:
                var step = string.Create(CultureInfo.InvariantCulture, $"{hop.Step.Step} (t={hop.Step.TimeNs} ns) ");
                var isViolation = hop.Mark == ChartMark.Violation;
                text.Append(isViolation ? "    rect rgba(220, 40, 40, 0.3)\n" : "");
                Arrow(text, lines, hop.Step.From, hop.Step.To, hop.IsLost, step + hop.Text);
                text.Append(isViolation ? "    end\n" : "");
                break;
            case LossRow loss:
                Arrow(text, lines, loss.From, loss.To, true, $"{loss.Text} (lost)");
                break;
            case BannerRow banner:
                text.Append(CultureInfo.InvariantCulture, $"    Note over {across}: {Sign(banner.Mark)}{Escape(banner.Text)}\n");
                break;
            case FoldRow fold:
                text.Append(CultureInfo.InvariantCulture, $"    Note over {across}: … {Escape(fold.Text)}\n");
                break;
        }
    }

    private static void Arrow(StringBuilder text, ChartLifelines lines, string? from, string to, bool isLost, string label)
    {
        var whose = lines.IsShared(from) || lines.IsShared(to) ? $"{from ?? "outside"} to {to}: " : "";
        var arrow = isLost ? "-x" : "->>";
        text.Append(CultureInfo.InvariantCulture, $"    {Id(lines[from])}{arrow}{Id(lines[to])}: {Escape(whose + label)}\n");
    }

    private static string Id(int column) => column < 0 ? "x" : string.Create(CultureInfo.InvariantCulture, $"p{column}");

    private static string Sign(ChartMark mark) => mark switch
    {
        ChartMark.Violation => "⛔ ",
        ChartMark.Fault => "✖ ",
        ChartMark.Granted or ChartMark.Revoked => "➤ ",
        _ => "",
    };

    /// <summary>
    /// Letters, digits and what has no meaning to Mermaid or HTML stay; all else becomes Mermaid's <c>#code;</c>. A colon at the start
    /// would be read as an option, which a text with a step number in front cannot be.
    /// </summary>
    private static string Escape(string label)
    {
        var shown = label.Length > LongestText ? label[..LongestText] + "…" : label;
        var escaped = new StringBuilder();
        foreach (var rune in shown.EnumerateRunes())
        {
            if (rune.Value < ' ' || rune == Rune.ReplacementChar)
            {
                escaped.Append(' ');
            }
            else if (Rune.IsLetterOrDigit(rune) || (rune.IsAscii && " .,=()/_-!?~|+".Contains((char)rune.Value)) || rune.Value > 0xff)
            {
                escaped.Append(rune.ToString());
            }
            else
            {
                escaped.Append(CultureInfo.InvariantCulture, $"#{rune.Value};");
            }
        }

        // Nothing at all would leave the statement without a text.
        return escaped.Length == 0 ? "-" : escaped.ToString();
    }
}
