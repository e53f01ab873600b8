using System.Globalization;

namespace VIommuActors.Experiments.Tests;

/// <summary>The table of defects on the designs' page: what is claimed there is what the tests hold the searches to.</summary>
internal static class MutantTable
{
    private static readonly Dictionary<string, MutantRow> Rows = Read().ToDictionary(row => row.Name);

    /// <summary>The defects in the table's order.</summary>
    public static IEnumerable<string> Names => Read().Select(row => row.Name);

    /// <summary>A defect's row.</summary>
    public static MutantRow Row(string name) => Rows.TryGetValue(name, out var row) ? row : throw new KeyNotFoundException($"no row for {name}");

    private static IEnumerable<MutantRow> Read()
    {
        foreach (var line in File.ReadLines(Path.Combine(Root(), "src/VIommuActors.Protocols/README.md")))
        {
            if (!line.StartsWith("| `", StringComparison.Ordinal)) continue;
            var cells = line.Trim('|').Split('|').Select(cell => cell.Trim().Trim('`')).ToArray();
            if (cells.Length != 9) continue;
            yield return new MutantRow(cells[0], cells[1], cells[2], cells[3], cells[4], cells[5], Number(cells[6]), Number(cells[7]), Number(cells[8]));
        }
    }

    private static int Number(string text) => int.Parse(text, NumberStyles.AllowThousands, CultureInfo.InvariantCulture);

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "VIommuActors.sln"))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("The tests run outside of the checkout.");
    }
}

/// <summary>One row.</summary>
/// <param name="Name">The defect.</param>
/// <param name="Protocol">Its design.</param>
/// <param name="Breaks">What it does wrong.</param>
/// <param name="Property">What catches it.</param>
/// <param name="Scenario">Where.</param>
/// <param name="Strategy">How.</param>
/// <param name="Schedules">Median of 20 seeds that are 1,000,003 apart.</param>
/// <param name="Steps">Steps of the shrunk counterexample of seed 1, after start-up.</param>
/// <param name="Shortest">The fewest steps that any search or hand analysis came to.</param>
internal sealed record MutantRow(
    string Name, string Protocol, string Breaks, string Property, string Scenario, string Strategy, int Schedules, int Steps, int Shortest);
