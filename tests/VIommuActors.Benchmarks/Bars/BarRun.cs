using System.Runtime.InteropServices;

namespace VIommuActors.Benchmarks.Bars;

/// <summary>All bars in one run of one process, as a table on standard output.</summary>
public static class BarRun
{
    private static readonly (string Name, Func<IEnumerable<Bar>> Measure)[] Groups =
    [
        ("hit", TranslationBars.Hit),
        ("miss", TranslationBars.Miss),
        ("dma", RunBars.PerProtocol),
        ("throughput", RunBars.Throughput),
        ("flat", RunBars.Flatness),
        ("rates", SearchBars.Rates),
        ("workers", SearchBars.Workers),
        ("qtest", QtestBars.RoundTrips),
        ("wire", WireBars.Frames),
        ("cluster", ClusterBars.Frames),
        ("scale", ScaleBars.Throughput),
        ("guests", ScaleBars.Flatness),
        ("coyote", CoyoteBars.Rates),
        ("defects", CoyoteBars.Defects),
        ("rare", CoyoteBars.Rare),
    ];

    /// <summary>Too long to run unasked.</summary>
    private static readonly string[] OnlyByName = ["defects", "rare"];

    /// <summary>Measures the groups that are named, or all but the longest.</summary>
    /// <returns>0 when every bar holds, 1 when one is missed, 2 when a name is not known.</returns>
    public static int Execute(IReadOnlyList<string> names)
    {
        var unknown = names.Where(name => Groups.All(group => group.Name != name)).ToList();
        if (unknown.Count > 0)
        {
            Console.Error.WriteLine($"no bars named {string.Join(", ", unknown)}; accepted: {string.Join(", ", Groups.Select(group => group.Name))}");
            return 2;
        }

        Console.WriteLine($"{Environment.ProcessorCount} processors, {RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription}");
        var missed = 0;
        foreach (var (name, measure) in Groups)
        {
            if (names.Count > 0 ? !names.Contains(name) : OnlyByName.Contains(name)) continue;
            foreach (var bar in measure())
            {
                Console.WriteLine(bar.Line());
                if (!bar.Holds) missed++;
            }
        }

        Console.WriteLine(missed == 0 ? "every bar holds" : $"{missed} missed");
        return missed == 0 ? 0 : 1;
    }
}
