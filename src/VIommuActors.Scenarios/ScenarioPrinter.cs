using System.Text;
using VIommuActors.Scenarios.Schema;

namespace VIommuActors.Scenarios;

/// <summary>Writes the effective configuration: a scenario file that states every key, with the origin of each value beside it.</summary>
public static class ScenarioPrinter
{
    private const int OriginColumn = 44;

    /// <summary>HOCON text that loads back to the same values.</summary>
    public static string Print(LoadedScenario loaded)
    {
        var text = new StringBuilder(ScenarioSchema.Prefix).Append(" {\n");
        var open = new List<(string Key, char Close)>();
        foreach (var value in loaded.Values)
        {
            // devices[0].count is the path devices, [0], count.
            var keys = value.Key[(ScenarioSchema.Prefix.Length + 1)..].Replace("[", ".[", StringComparison.Ordinal).Split('.');
            var common = open.Zip(keys).TakeWhile(p => p.First.Key == p.Second).Count();
            Close(text, open, common);
            foreach (var key in keys[common..^1])
            {
                Indent(text, open).Append(key.StartsWith('[') ? "{" : key + " {").Append('\n');
                open.Add((key, '}'));
            }
            var start = text.Length;
            var isList = value.Text == ListType.SomeElements;
            Indent(text, open).Append(keys[^1]).Append(" = ").Append(isList ? "[" : value.Text);
            text.Append(' ', Math.Max(1, OriginColumn - (text.Length - start))).Append("# ");
            text.Append(string.Concat(value.Origin.Select(c => char.IsControl(c) ? ' ' : c))).Append('\n');
            if (isList)
            {
                open.Add((keys[^1], ']'));
            }
        }
        Close(text, open, 0);
        return text.Append("}\n").ToString();
    }

    private static StringBuilder Indent(StringBuilder text, List<(string Key, char Close)> open) => text.Append(' ', 2 * (open.Count + 1));

    private static void Close(StringBuilder text, List<(string Key, char Close)> open, int count)
    {
        while (open.Count > count)
        {
            var close = open[^1].Close;
            open.RemoveAt(open.Count - 1);
            Indent(text, open).Append(close).Append('\n');
        }
    }
}
