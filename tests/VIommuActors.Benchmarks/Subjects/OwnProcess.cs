using System.Diagnostics;
using System.Globalization;
using VIommuActors.Benchmarks.Bars;
using VIommuActors.RealTime.Scaling;

namespace VIommuActors.Benchmarks.Subjects;

/// <summary>
/// Messages per CPU-second of one subject in a process of its own. The JIT specializes what both sides share, Akka's way of a message, for
/// whoever runs first: in one process the second one pays for the types of the first.
/// </summary>
internal static class OwnProcess
{
    /// <summary>First word of such a process's command line.</summary>
    public const string Verb = "subject";

    private const int Messages = 16_000_000;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(5), Window = TimeSpan.FromSeconds(3), Patience = TimeSpan.FromMinutes(2);

    /// <summary>Raw ping-pong.</summary>
    /// <param name="pairs">Pairs of actors.</param>
    /// <param name="balls">Messages under way on each.</param>
    /// <param name="guests">On the dispatchers of so many guests; 0: on Akka's default one.</param>
    public static double PingPong(int pairs, int balls, int guests) => Start("ping-pong", pairs, balls, guests);

    /// <summary>The way of a DMA.</summary>
    public static double Dma(ScaleSubject subject) => Start("dma", subject.Guests, subject.Protocol, subject.HasOracle, subject.Burst);

    /// <summary>The other process: prints its figure and ends.</summary>
    public static int Run(string[] words)
    {
        var rate = words switch
        {
            ["ping-pong", var pairs, var balls, var guests] => Played(Number(pairs), Number(balls), Number(guests)),
            ["dma", var guests, var protocol, var hasOracle, var burst] =>
                Moved(new ScaleSubject(Number(guests), protocol, bool.Parse(hasOracle), Number(burst))),
            _ => throw new ArgumentException(string.Join(' ', words)),
        };
        Console.WriteLine(rate.ToString("R", CultureInfo.InvariantCulture));
        return 0;
    }

    private static double Played(int pairs, int balls, int guests)
    {
        using var system = RealSystem.Create();
        var subject = new PingPongSubject(system, pairs, balls, guests);
        Measure.Warm(() => subject.Run(Messages / 4));
        Measure.Warm(() => subject.Run(Messages / 4));
        var messages = 0L;
        var took = Measure.Of(() => messages = subject.Run(Messages));
        return messages / took.TotalSeconds;
    }

    private static double Moved(ScaleSubject subject)
    {
        var (_, cpu, work) = subject.Run(Window, WarmUp);
        return work.Messages / cpu.TotalSeconds;
    }

    private static double Start(params object[] words)
    {
        var arguments = words.Select(word => Convert.ToString(word, CultureInfo.InvariantCulture)!);
        using var process = Process.Start(new ProcessStartInfo("dotnet", [typeof(OwnProcess).Assembly.Location, Verb, .. arguments])
        {
            RedirectStandardOutput = true,
        })!;
        using var patience = new Timer(_ => process.Kill(), null, Patience, Timeout.InfiniteTimeSpan);
        var said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? double.Parse(said, CultureInfo.InvariantCulture)
            : throw new InvalidOperationException($"{string.Join(' ', words)} ended with {process.ExitCode}");
    }

    private static int Number(string word) => int.Parse(word, CultureInfo.InvariantCulture);
}
