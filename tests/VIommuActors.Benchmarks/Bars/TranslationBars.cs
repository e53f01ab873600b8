using System.Globalization;
using VIommuActors.Benchmarks.Subjects;

namespace VIommuActors.Benchmarks.Bars;

/// <summary>What a translation costs beside the data structure it stands for.</summary>
internal static class TranslationBars
{
    /// <summary>A hit against a dictionary that holds the same 1024 translations.</summary>
    public static IEnumerable<Bar> Hit()
    {
        var subject = new TranslationSubject(1024);
        var (hit, lookup, ratio) = Measure.Pair(subject.Translate, subject.LookUp, subject.Count);
        if (subject.Counters.Evictions != 0) throw new InvalidOperationException("Hits were to be measured, and there were misses.");
        yield return new Bar("IOTLB hit / dictionary lookup", ratio, "x", Side.AtMost, 2, Beside(hit, lookup));
        var (packedHit, packed, packedRatio) = Measure.Pair(subject.Translate, subject.LookUpPacked, subject.Count);
        yield return new Bar("IOTLB hit / dictionary of one number", packedRatio, "x", Side.AtMost, 2, Beside(packedHit, packed));
        var allocated = Measure.AllocatedBy(() => Measure.Sink += subject.Translate());
        yield return new Bar("IOTLB hit, allocation", (double)allocated / subject.Count, "B", Side.AtMost, 0, "per translation");
    }

    /// <summary>A miss of the IOTLB that hits the context cache and walks four levels, against the four reads alone.</summary>
    public static IEnumerable<Bar> Miss()
    {
        // Four times as many pages as fit: in turns, none is still there when it comes round again.
        var subject = new TranslationSubject(4096);
        var before = subject.Counters;
        var (miss, reads, ratio) = Measure.Pair(subject.Translate, subject.ReadFour, subject.Count);
        if (subject.Counters.Hits != before.Hits) throw new InvalidOperationException("Misses were to be measured, and there were hits.");
        yield return new Bar("miss with 4-level walk / 4 dependent reads", ratio, "x", Side.AtMost, 4, Beside(miss, reads));
        var allocated = Measure.AllocatedBy(() => Measure.Sink += subject.Translate());
        yield return new Bar("miss, allocation", (double)allocated / subject.Count, "B", Side.AtMost, 0, "per translation");
    }

    private static string Beside(double left, double right) => string.Create(CultureInfo.InvariantCulture, $"{left:0.0} ns / {right:0.0} ns");
}
