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
    /// in flight; so 50 pairs with three balls each: about as many messages to a run of a mailbox as there. Each subject has a process of
    /// its own, in turns.
    /// </summary>
    public static IEnumerable<Bar> Throughput()
    {
        const int guests = 20, pairs = guests * 5 / 2, balls = 3, burst = 64, rounds = 5;
        foreach (var protocol in new[] { "translate", "drain" })
        {
            foreach (var hasOracle in new[] { false, true })
            {
                var subject = new ScaleSubject(guests, protocol, hasOracle, burst);
                var sides = Enumerable.Range(0, rounds).Select(_ => (
                    Guests: OwnProcess.PingPong(pairs, balls, guests),
                    Ours: OwnProcess.Dma(subject),
                    Default: OwnProcess.PingPong(pairs, balls, 0))).ToArray();
                var name = $"{protocol}, oracle {(hasOracle ? "on" : "off")}";
                yield return Of($"DMA path / ping-pong, same dispatcher, {name}", [.. sides.Select(side => (side.Ours, side.Guests))]);
                yield return Of($"DMA path / ping-pong, default one, {name}", [.. sides.Select(side => (side.Ours, side.Default))]);
            }
        }
    }

    private static Bar Of(string name, (double Ours, double Raw)[] sides)
    {
        var ratios = sides.Select(side => side.Ours / side.Raw).ToArray();
        var (ours, raw) = (Measure.Median(sides.Select(side => side.Ours)), Measure.Median(sides.Select(side => side.Raw)));
        return new Bar(name, Measure.Median(ratios), "x", Side.AtLeast, 0.7, string.Create(
            CultureInfo.InvariantCulture, $"{ours:#,0} / {raw:#,0} messages per CPU-s; {ratios.Min():0.00} to {ratios.Max():0.00}"));
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
