using System.Globalization;
using VIommuActors.Benchmarks.Subjects;

namespace VIommuActors.Benchmarks.Bars;

/// <summary>What a frame costs between two processes: ours beside MemoryPack, dense and as it can be upgraded.</summary>
internal static class WireBars
{
    public static IEnumerable<Bar> Frames()
    {
        foreach (var (name, subject) in new[] { ("DmaAccess", WireSubject.Access()), ("TranslateCall", WireSubject.Call()) })
        {
            var (ours, packed, tolerant) = subject.Bytes;
            yield return Bar.Figure($"{name} frame, bytes", ours, "B", $"MemoryPack {packed}, version-tolerant {tolerant}");
            yield return Time($"{name} frame, write", subject.Write, subject.WriteTolerant, subject.WritePacked, 1000);
            yield return Time($"{name} frame, read", subject.Read, subject.ReadTolerantSequence, subject.ReadPackedSequence, 1000);
            yield return Memory($"{name} frame, write, allocation", subject.Write, subject.WriteTolerant, subject.WritePacked);
            yield return Memory($"{name} frame, read, allocation", subject.Read, subject.ReadTolerantSequence, subject.ReadPackedSequence);
        }
    }

    /// <summary>A microsecond for both ways is a hundredth of what the socket takes.</summary>
    private static Bar Time(string name, Func<ulong> ours, Func<ulong> tolerant, Func<ulong> packed, double most)
    {
        var (ns, denseNs, dense) = Measure.Pair(ours, packed, 1);
        var (_, tolerantNs, upgradable) = Measure.Pair(ours, tolerant, 1);
        var note = string.Create(
            CultureInfo.InvariantCulture,
            $"MemoryPack {denseNs:0} ns ({dense:0.0} x), version-tolerant {tolerantNs:0} ns ({upgradable:0.0} x)");
        return new Bar(name, ns, "ns", Side.AtMost, most, note);
    }

    private static Bar Memory(string name, Func<ulong> ours, Func<ulong> tolerant, Func<ulong> packed) =>
        Bar.Figure(name, Of(ours), "B", $"MemoryPack {Of(packed)}, version-tolerant {Of(tolerant)}");

    private static long Of(Func<ulong> work)
    {
        const int times = 1000;
        return Measure.AllocatedBy(() =>
        {
            for (var i = 0; i < times; i++) Measure.Sink += work();
        }) / times;
    }
}
