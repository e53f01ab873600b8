using System.Globalization;
using VIommuActors.Benchmarks.Coyote;
using VIommuActors.Benchmarks.Subjects;
using VIommuActors.PeerModel;

namespace VIommuActors.Benchmarks.Bars;

/// <summary>The peer model here and on the actors of Microsoft.Coyote 1.7.11, each with its own search.</summary>
internal static class CoyoteBars
{
    private const int Seeds = 20;
    private const long Most = 10_000; // schedules of one of our searches
    private const long CommonCap = 100; // of one of Coyote's for a common defect, at least
    private static readonly string[] RareDefects = ["D5", "D3", "D2"];

    /// <summary>Schedules per CPU-second, ours against the faster of the two ways to write the model for Coyote.</summary>
    public static IEnumerable<Bar> Rates()
    {
        const long ours = 40_000;
        const uint theirs = 100;
        foreach (var protocol in Enum.GetValues<PeerProtocol>())
        {
            var options = new PeerOptions(protocol);
            using var subject = new PeerSubject(options);
            Measure.Warm(() => subject.Run("random", ours / 10));
            Measure.Warm(() => CoyoteSearch.Run(options, Delivery.Inbox, "random", 1, theirs / 4));
            var (rates, ratios) = (new List<double>(), new List<(double Inbox, double Lanes)>());
            for (uint i = 0; i < 3; i++)
            {
                var rate = ours / Measure.Of(() => subject.Run("random", ours)).TotalSeconds;
                rates.Add(rate);
                ratios.Add((rate / Theirs(Delivery.Inbox, i), rate / Theirs(Delivery.Lanes, i)));
            }

            var (inbox, lanes) = (Measure.Median(ratios.Select(r => r.Inbox)), Measure.Median(ratios.Select(r => r.Lanes)));
            var note = string.Create(
                CultureInfo.InvariantCulture,
                $"{Measure.Median(rates):#,0} / {Measure.Median(rates) / Math.Min(inbox, lanes):0} a CPU-s; inbox {inbox:#,0} x, lanes {lanes:#,0} x");
            yield return new Bar($"schedules, ours / Coyote's, {protocol}", Math.Min(inbox, lanes), "x", Side.AtLeast, 20, note);

            double Theirs(Delivery delivery, uint seed)
            {
                var schedules = 0L;
                var took = Measure.Of(() =>
                {
                    // A search ends at the first stale access, which bare translation soon has.
                    for (seed = (seed + 1) * 1000; schedules < theirs; seed++)
                    {
                        schedules += CoyoteSearch.Run(options, delivery, "random", seed, theirs - (uint)schedules).Schedules;
                    }
                });
                return schedules / took.TotalSeconds;
            }
        }
    }

    /// <summary>Schedules to the first violation for the common defects: every strategy of Coyote, both ways to write the model.</summary>
    public static IEnumerable<Bar> Defects()
    {
        foreach (var (name, options, strategy) in PeerSubject.Defects)
        {
            if (RareDefects.Contains(name)) continue;
            var ours = Ours(options, strategy);
            yield return Compare(name, options, strategy, ours, All(), (long)Math.Max(Math.Ceiling(ours), CommonCap));
        }
    }

    /// <summary>
    /// The same for the rare ones, with the two strategies of Coyote that were best at D4 in each version of the model, and no search longer
    /// than our median: all of them would take hours.
    /// </summary>
    public static IEnumerable<Bar> Rare()
    {
        var near = PeerSubject.Defects.Single(defect => defect.Name == "D4");
        var best = All().Select(way => (Way: way, Sum: Theirs(near.Options, way, CommonCap, Seeds).Order().Take(Seeds / 2).Sum()))
            .GroupBy(ranked => ranked.Way.Delivery)
            .SelectMany(version => version.OrderBy(ranked => ranked.Sum).Take(2))
            .Select(ranked => ranked.Way)
            .ToList();
        yield return Bar.Figure("Coyote's strategies for the rare defects", best.Count, "", string.Join(", ", best.Select(Name)));
        foreach (var (name, options, strategy) in PeerSubject.Defects)
        {
            if (!RareDefects.Contains(name)) continue;
            var ours = Ours(options, strategy);
            yield return Compare(name, options, strategy, ours, best, (long)Math.Ceiling(ours));
        }
    }

    private static IEnumerable<(Delivery Delivery, string Strategy)> All() =>
        from delivery in Enum.GetValues<Delivery>() from strategy in CoyoteSearch.Strategies select (delivery, strategy.Name);

    private static string Name((Delivery Delivery, string Strategy) way) => $"{way.Strategy} ({way.Delivery.ToString().ToLowerInvariant()})";

    private static double Ours(PeerOptions options, string strategy)
    {
        using var subject = new PeerSubject(options);
        return Measure.Median(Enumerable.Range(0, Seeds).Select(seed => (double)subject.First(strategy, (ulong)seed * 1_000_003, Most)));
    }

    /// <summary>A search of Coyote that ends at its cap counts as the cap, so the ratio is never better for us than it really is.</summary>
    private static Bar Compare(
        string name, PeerOptions options, string strategy, double ours, IEnumerable<(Delivery Delivery, string Strategy)> ways, long cap)
    {
        var best = (Median: double.MaxValue, Text: "");
        var tried = 0;
        foreach (var way in ways)
        {
            tried++;
            var firsts = Theirs(options, way, cap, (Seeds / 2) + 1);
            var median = Measure.Median(firsts);
            if (median < best.Median)
            {
                best = (median, Name(way));
            }
        }

        var note = string.Create(
            CultureInfo.InvariantCulture,
            $"{strategy} {ours:0.#} / {(best.Median < cap ? $"{best.Median:0.#} {best.Text}" : $"no median below the cap of {cap}")}, {tried} tried");
        return new Bar($"schedules to {name}, ours / Coyote's best", ours / best.Median, "x", Side.AtMost, 1, note);
    }

    /// <summary>Schedules of a search from each seed. Ends early when so many reached the cap that they decide the median.</summary>
    private static List<double> Theirs(PeerOptions options, (Delivery Delivery, string Strategy) way, long cap, int decided)
    {
        var firsts = new List<double>();
        var capped = 0;
        for (uint seed = 1; seed <= Seeds && capped < decided; seed++)
        {
            var (schedules, found) = CoyoteSearch.Run(options, way.Delivery, way.Strategy, seed, (uint)cap);
            firsts.Add(found ? schedules : cap);
            capped += found ? 0 : 1;
        }

        return firsts;
    }
}
