using System.Diagnostics;
using System.Globalization;
using VIommuActors.Benchmarks.Subjects;
using VIommuActors.Exploration;
using VIommuActors.Exploration.Strategies;
using VIommuActors.PeerModel;
using VIommuActors.Simulation;

namespace VIommuActors.Benchmarks.Bars;

/// <summary>How fast the explorer runs schedules of the peer model, with one worker and with two.</summary>
internal static class SearchBars
{
    private const long Slice = 20_000;
    private const int Repetitions = 5;

    /// <summary>Schedules per CPU-second, for every protocol and for every strategy.</summary>
    public static IEnumerable<Bar> Rates()
    {
        foreach (var protocol in Enum.GetValues<PeerProtocol>())
        {
            var (rate, note) = Rate(new PeerOptions(protocol), "random");
            yield return new Bar($"schedules, {protocol} 1x1x1, random", rate, "/CPU-s", Side.AtLeast, 50_000, note);
        }

        foreach (var strategy in (string[])["pct:3", "pos", "novel", "dpor"])
        {
            var size = new PeerOptions(PeerProtocol.Drain, Devices: 2); // dpor has little to do in a smaller one
            var (rate, note) = Rate(size, strategy);
            yield return Bar.Figure($"schedules, {size}, {strategy}", rate, "/CPU-s", note);
        }
    }

    /// <summary>
    /// Two workers against one. Wall clock can say something only while two cores are ours: a pair of searches counts when two busy threads
    /// had them before and after it. CPU time for the same schedules says on any machine what the threads cost.
    /// </summary>
    public static IEnumerable<Bar> Workers()
    {
        const double free = 1.9;
        const int most = 25, enough = 5, least = 3;
        var (all, counted, cpu) = (new List<double>(), new List<double>(), new List<double>());
        Search(1);
        Search(2);
        while (all.Count < most && counted.Count < enough)
        {
            var before = CoresForUs();
            var (oneWall, oneCpu) = Search(1);
            var (twoWall, twoCpu) = Search(2);
            all.Add(oneWall / twoWall);
            cpu.Add(oneCpu / twoCpu);
            if (Math.Min(before, CoresForUs()) >= free) counted.Add(oneWall / twoWall);
        }

        var note = string.Create(
            CultureInfo.InvariantCulture,
            $"{counted.Count} of {all.Count} pairs had two cores; all: median {Measure.Median(all):0.00}, best {all.Max():0.00}; load {Load()}");
        yield return counted.Count >= least
            ? new Bar("two workers / one, wall clock", Measure.Median(counted), "x", Side.AtLeast, 1.7, note)
            : Bar.Figure("two workers / one, wall clock, not judged", Measure.Median(all), "x", note);
        yield return Bar.Figure("one worker / two, CPU time", Measure.Median(cpu), "x", "1 when threads cost nothing");
    }

    /// <summary>CPU-seconds per second that two busy threads get.</summary>
    private static double CoresForUs()
    {
        var clock = Stopwatch.StartNew();
        var took = Measure.Of(() =>
        {
            var other = new Thread(Spin);
            other.Start();
            Spin();
            other.Join();
        });
        return took / clock.Elapsed;

        void Spin()
        {
            while (clock.ElapsedMilliseconds < 100) Thread.SpinWait(100);
        }
    }

    private static (double Rate, string Note) Rate(PeerOptions options, string strategy)
    {
        using var subject = new PeerSubject(options);
        Measure.Warm(() => subject.Run(strategy, Slice / 4));
        var rates = new List<double>();
        var steps = 0.0;
        for (var i = 0; i < Repetitions; i++)
        {
            ExploreResult? result = null;
            var took = Measure.Of(() => result = subject.Run(strategy, Slice));
            rates.Add(result!.Schedules / took.TotalSeconds);
            steps = (double)result.Steps / result.Schedules;
        }

        return (Measure.Median(rates), string.Create(CultureInfo.InvariantCulture, $"{steps:0.0} steps each; {rates.Min():#,0} to {rates.Max():#,0}"));
    }

    /// <summary>Seconds for 1,000,000 schedules, once the systems have been made and the first schedules are through.</summary>
    private static (double Wall, double Cpu) Search(int workers)
    {
        const long first = 20_000, last = 1_020_000;
        var clock = new Stopwatch();
        var began = TimeSpan.Zero;
        ParallelExplorer.Explore(
            _ =>
            {
                var sim = SimSystem.Create("peer");
                return new WorkerWorld(sim.Kernel, new PeerWorld(sim, new PeerOptions(PeerProtocol.Drain)), sim);
            },
            workers,
            new ExploreOptions
            {
                Strategy = new RandomStrategy(1),
                StopAtViolation = false,
                Continue = done =>
                {
                    if (done.Schedules == first)
                    {
                        began = Measure.CpuTime;
                        clock.Start();
                    }

                    return done.Schedules < last;
                },
            },
            CancellationToken.None);
        return (clock.Elapsed.TotalSeconds, (Measure.CpuTime - began).TotalSeconds);
    }

    /// <summary>What else the machine does, where it says so.</summary>
    private static string Load() =>
        File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "unknown";
}
