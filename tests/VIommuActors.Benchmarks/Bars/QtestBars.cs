using System.Globalization;
using VIommuActors.Benchmarks.Subjects;

namespace VIommuActors.Benchmarks.Bars;

/// <summary>Register round trips over a Unix socket: ours and the real QEMU's, each a process of its own.</summary>
internal static class QtestBars
{
    private const int Slice = 20_000, Repetitions = 7;

    /// <summary>Wall clock, in turns. QEMU is looked for on the path; without it only the absolute bar is judged.</summary>
    public static IEnumerable<Bar> RoundTrips()
    {
        using var ours = new QtestSubject(Launcher());
        ours.RoundTrips(Slice);
        using var theirs = Qemu() is { } qemu ? new QtestSubject(qemu) : null;
        theirs?.RoundTrips(Slice);
        var (rates, ratios) = (new List<double>(), new List<double>());
        for (var i = 0; i < Repetitions; i++)
        {
            var rate = ours.RoundTrips(Slice);
            rates.Add(rate);
            if (theirs is not null) ratios.Add(rate / theirs.RoundTrips(Slice));
        }

        var spread = string.Create(CultureInfo.InvariantCulture, $"{rates.Min():#,0} to {rates.Max():#,0}");
        yield return new Bar("qtest register round trips", Measure.Median(rates), "per s", Side.AtLeast, 20_000, spread);
        if (theirs is not null)
        {
            var note = string.Create(CultureInfo.InvariantCulture, $"{ratios.Min():0.00} to {ratios.Max():0.00}");
            yield return new Bar("qtest round trips, ours / QEMU's", Measure.Median(ratios), "x", Side.AtLeast, 0.5, note);
        }
    }

    private static string? Qemu() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, "qemu-system-x86_64")).FirstOrDefault(File.Exists);

    private static string Launcher()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            var script = Path.Combine(at.FullName, "src", "VIommuActors.Cli", "qemu-system-x86_64");
            if (File.Exists(script)) return script;
        }

        throw new FileNotFoundException("src/VIommuActors.Cli/qemu-system-x86_64 is in no folder above this program");
    }
}
