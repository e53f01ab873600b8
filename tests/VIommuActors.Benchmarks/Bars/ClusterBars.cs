using System.Globalization;
using VIommuActors.Benchmarks.Subjects;

namespace VIommuActors.Benchmarks.Bars;

/// <summary>Two processes on loopback: frames of machines beside raw messages of Akka.Remote.</summary>
internal static class ClusterBars
{
    // A frame with a DmaAccess or a TranslateCall in it is 39 to 50 bytes.
    private const int Bytes = 48, Pairs = 4, Window = 200, Machines = 100;

    /// <summary>Frames a second at least 0.7 of raw messages a second with payloads of the same size.</summary>
    public static IEnumerable<Bar> Frames()
    {
        foreach (var protocol in new[] { "drain", "translate" })
        {
            var (ours, theirs, ratios) = (new List<double>(), new List<double>(), new List<double>());
            for (var i = 0; i < 3; i++)
            {
                using (var raw = new RemoteSubject(Pairs, Window, Bytes))
                {
                    raw.Run(TimeSpan.FromSeconds(4));
                    theirs.Add(raw.Run(TimeSpan.FromSeconds(6)));
                }
                ours.Add(TwoProcessSubject.Run(protocol, Machines, TimeSpan.FromSeconds(12)).GetAwaiter().GetResult());
                ratios.Add(ours[^1] / theirs[^1]);
            }
            yield return new Bar(
                $"frames between processes / raw Akka.Remote, {protocol}", Measure.Median(ratios), "x", Side.AtLeast, 0.7,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{Measure.Median(ours):#,0} / {Measure.Median(theirs):#,0} a second, both directions; {ratios.Min():0.00} to {ratios.Max():0.00}"));
        }
    }
}
