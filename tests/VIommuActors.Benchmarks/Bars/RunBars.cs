using System.Globalization;
using VIommuActors.Benchmarks.Subjects;
using VIommuActors.Protocols;

namespace VIommuActors.Benchmarks.Bars;

/// <summary>What whole runs cost: real actors, virtual time, oracle on.</summary>
internal static class RunBars
{
    private const string Drain = "drain";
    private const long Short = 10_000, Middle = 100_000, Long = 1_000_000;

    /// <summary>One DMA request with everything around it, design by design.</summary>
    public static IEnumerable<Bar> PerProtocol()
    {
        using var subject = new RunSubject();
        var protocols = ProtocolCatalog.All.Select(protocol => protocol.Name).ToArray();
        foreach (var protocol in protocols) Measure.Warm(() => subject.Run(protocol, Short / 5));
        var samples = protocols.ToDictionary(protocol => protocol, _ => new List<double>());
        var messages = new Dictionary<string, double>();
        for (var repetition = 0; repetition < 5; repetition++)
        {
            foreach (var protocol in protocols)
            {
                var took = Measure.Of(() => messages[protocol] = (double)subject.Run(protocol, Short).Figures.Messages / Short);
                samples[protocol].Add(took.TotalNanoseconds / Short);
            }
        }

        foreach (var protocol in protocols)
        {
            var note = string.Create(CultureInfo.InvariantCulture, $"{messages[protocol]:0.0} messages each");
            yield return Bar.Figure($"whole DMA, {protocol}", Measure.Median(samples[protocol]), "ns", note);
        }
    }

    /// <summary>100,000 requests: messages per CPU-second, without and with a trace.</summary>
    public static IEnumerable<Bar> Throughput()
    {
        using var subject = new RunSubject();
        Measure.Warm(() => subject.Run(Drain, Short / 5));
        Measure.Warm(() => subject.RunTraced(Drain, Short / 5));
        var (plain, traced) = (new List<double>(), new List<double>());
        for (var repetition = 0; repetition < 3; repetition++)
        {
            var messages = 0L;
            var took = Measure.Of(() => messages = subject.Run(Drain, Middle).Figures.Messages);
            plain.Add(messages / took.TotalSeconds);
            took = Measure.Of(() => messages = subject.RunTraced(Drain, Middle).Figures.Messages);
            traced.Add(messages / took.TotalSeconds);
        }

        yield return new Bar("100,000 DMAs, drain", Measure.Median(plain), "msg/CPU-s", Side.AtLeast, 1_000_000, Spread(plain));
        yield return new Bar("the same with a JSON-lines trace", Measure.Median(traced), "msg/CPU-s", Side.AtLeast, 333_000, Spread(traced));
    }

    /// <summary>A long run costs per request what a short one costs, and holds no more memory.</summary>
    public static IEnumerable<Bar> Flatness()
    {
        using var subject = new RunSubject();
        Measure.Warm(() => subject.Run(Drain, Short));
        var shorts = new List<double>();
        void Shorts()
        {
            for (var i = 0; i < 5; i++) shorts.Add(Measure.Of(() => subject.Run(Drain, Short)).TotalNanoseconds / Short);
        }

        Shorts();
        var first = Measure.Of(() => subject.Run(Drain, Long)).TotalNanoseconds / Long;
        Shorts();
        var second = Measure.Of(() => subject.Run(Drain, Long)).TotalNanoseconds / Long;
        Shorts();
        var (few, many) = (Measure.Median(shorts), Measure.Median([first, second]));
        yield return new Bar(
            "per DMA, 1,000,000 DMAs / 10,000 DMAs", many / few, "x", Side.AtMost, 1.2,
            string.Create(CultureInfo.InvariantCulture, $"{many:0} ns / {few:0} ns"));

        var small = Mib(subject.LiveBytes(Drain, Short));
        var large = Mib(subject.LiveBytes(Drain, Long));
        yield return Bar.Figure("live heap within 10,000 DMAs", small, "MiB", "");
        yield return new Bar("live heap within 1,000,000 DMAs", large, "MiB", Side.AtMost, (1.5 * small) + 32, "1.5 x + 32 MiB");
    }

    private static double Mib(long bytes) => bytes / (1024.0 * 1024.0);

    private static string Spread(List<double> values) =>
        string.Create(CultureInfo.InvariantCulture, $"{values.Min():#,0} to {values.Max():#,0}");
}
