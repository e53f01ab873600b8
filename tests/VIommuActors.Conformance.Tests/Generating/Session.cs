using VIommuActors.Conformance.Tests.Cases;
using VIommuActors.Conformance.Tests.Targets;

namespace VIommuActors.Conformance.Tests.Generating;

/// <summary>A generated session: a machine and a list of operations, a function of its seed alone.</summary>
/// <param name="Platform">The machine.</param>
/// <param name="Operations">What is done to it.</param>
public sealed record Session(Platform Platform, IReadOnlyList<Operation> Operations)
{
    private const int SegmentLength = 120;

    private static readonly string[] Options =
    [
        "", "aw-bits=48", "x-scalable-mode=on,aw-bits=48", "caching-mode=on", "device-iotlb=on,snoop-control=on,aw-bits=48", "intremap=off", "x-scalable-mode=on", "pt=off,aw-bits=48", "",
        "dma-drain=off", "x-scalable-mode=on,x-pasid-mode=on,aw-bits=48", "eim=on,x-buggy-eim=on",
    ];

    /// <summary>Makes a session of <paramref name="count"/> operations: segments that begin with a reset, good tables and both devices ready.</summary>
    public static Session Generate(ulong seed, int count)
    {
        var random = new SplitMix(seed);
        var options = random.Of(Options);
        var operations = new List<Operation>(count);
        while (operations.Count < count)
        {
            var segment = new Segment(random, options.Contains("aw-bits=48", StringComparison.Ordinal), options.Contains("scalable", StringComparison.Ordinal) && !random.OneIn(4));
            operations.AddRange(segment.Begin());
            for (var i = 0; i < SegmentLength && operations.Count < count; i++) operations.Add(segment.Next());
        }
        return new Session(Platform.TwoEdus(options), operations);
    }
}
