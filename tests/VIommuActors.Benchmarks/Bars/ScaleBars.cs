using System.Globalization;
using VIommuActors.Benchmarks.Subjects;
using VIommuActors.RealTime.Scaling;

namespace VIommuActors.Benchmarks.Bars;

/// <summary>Guests in real time: what a message costs beside Akka's own, what a DMA and a guest cost among thousands.</summary>
internal static class ScaleBars
{
    private const int Few = 100, Many = 10_000;
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(2), LongWindow = TimeSpan.FromSeconds(6),
        WarmUp = TimeSpan.FromSeconds(8);

    /// <summary>
    /// Messages per CPU-second on the way of a DMA against raw ping-pong. 20 guests, of each five actors that move DMA and eight requests
    /// in flight; so 50 pairs with three balls each: about as many messages to a run of a mailbox as there.
    /// </summary>
    public static IEnumerable<Bar> Throughput()
    {
        const int guests = 20, pairs = guests * 5 / 2, balls = 3, burst = 64;
        var system = RealSystem.Create();
        var raw = new PingPongSubject(system, pairs, balls);
        Measure.Warm(() => raw.Run(1_000_000));
        var fresh = new PingPongSubject(system, pairs, balls, isFresh: true);
        Measure.Warm(() => fresh.Run(1_000_000));
        var freshes = Enumerable.Range(0, 5).Select(_ =>
        {
            var (one, other) = (Measure.Of(() => fresh.Run(8_000_000)), Measure.Of(() => raw.Run(8_000_000)));
            return other / one;
        });
        yield return Bar.Figure(
            "ping-pong of fresh messages / of one object", Measure.Median(freshes), "x", "what it costs that messages are allocated");
        var single = new PingPongSubject(system, pairs, 1);
        Measure.Warm(() => single.Run(1_000_000));
        var placed = new PingPongSubject(system, pairs, balls, guests);
        Measure.Warm(() => placed.Run(1_000_000));
        foreach (var protocol in new[] { "translate", "drain" })
        {
            foreach (var hasOracle in new[] { false, true })
            {
                var subject = new ScaleSubject(guests, protocol, hasOracle, burst);
                subject.Run(LongWindow);
                var (ours, theirs, ratios) = (new List<double>(), new List<double>(), new List<double>());
                var (singles, placeds) = (new List<double>(), new List<double>());
                for (var i = 0; i < 5; i++)
                {
                    var messages = 0L;
                    var took = Measure.Of(() => messages = single.Run(8_000_000));
                    var alone = messages / took.TotalSeconds;
                    took = Measure.Of(() => messages = placed.Run(8_000_000));
                    var there = messages / took.TotalSeconds;
                    took = Measure.Of(() => messages = raw.Run(8_000_000));
                    theirs.Add(messages / took.TotalSeconds);
                    var (_, cpu, work) = subject.Run(TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(2));
                    ours.Add(work.Messages / cpu.TotalSeconds);
                    ratios.Add(ours[^1] / theirs[^1]);
                    singles.Add(ours[^1] / alone);
                    placeds.Add(ours[^1] / there);
                }
                yield return Bar.Figure(
                    $"DMA path / ping-pong of one ball a pair, {protocol}, oracle {(hasOracle ? "on" : "off")}", Measure.Median(singles), "x",
                    "the same, without other balls that keep a pair's mailboxes warm");
                yield return new Bar(
                    $"DMA path / ping-pong by slices, {protocol}, oracle {(hasOracle ? "on" : "off")}", Measure.Median(placeds), "x",
                    Side.AtLeast, 0.7, "the pairs on the dispatchers of as many guests");
                yield return new Bar(
                    $"DMA path / ping-pong, {protocol}, oracle {(hasOracle ? "on" : "off")}", Measure.Median(ratios), "x", Side.AtLeast, 0.7,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{Measure.Median(ours):#,0} / {Measure.Median(theirs):#,0} messages per CPU-s; {ratios.Min():0.00} to {ratios.Max():0.00}"));
            }
        }
        system.Terminate().GetAwaiter().GetResult();
    }

    /// <summary>The cost of a DMA and the memory of a guest, among a hundred and among ten thousand.</summary>
    public static IEnumerable<Bar> Flatness()
    {
        foreach (var (protocol, burst) in new[] { ("drain", 8), ("drain", 64) })
        {
            var (few, many) = (new ScaleSubject(Few, protocol, Burst: burst), new ScaleSubject(Many, protocol, Burst: burst));
            few.Run(Window);
            var (fews, manys, ratios) = (new List<double>(), new List<double>(), new List<double>());
            ScaleResult? last = null;
            for (var i = 0; i < 3; i++)
            {
                fews.Add(PerDma(few.Run(LongWindow, WarmUp)));
                var run = many.Run(LongWindow, WarmUp);
                last = run.Result;
                manys.Add(PerDma(run));
                ratios.Add(manys[^1] / fews[^1]);
            }
            yield return new Bar(
                $"per DMA, 10,000 guests / 100, burst {burst}", Measure.Median(ratios), "x", Side.AtMost, 1.3,
                string.Create(CultureInfo.InvariantCulture, $"{Measure.Median(manys):0} ns / {Measure.Median(fews):0} ns; {ratios.Min():0.00} to {ratios.Max():0.00}"));
            yield return new Bar(
                $"memory of a guest, 10,000 guests, burst {burst}", last!.BytesPerGuest / 1024.0, "KiB", Side.AtMost, 40,
                string.Create(CultureInfo.InvariantCulture, $"beyond {last.TouchedBytesPerGuest / 1024.0:0.0} KiB of RAM touched; booted in {last.StartUp.TotalSeconds:0.0} s"));
        }
    }

    private static double PerDma((ScaleResult Result, TimeSpan Cpu, ScaleSample Work) run) => run.Cpu.TotalNanoseconds / run.Work.Dmas;
}
