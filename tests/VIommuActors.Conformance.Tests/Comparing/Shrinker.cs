using VIommuActors.Conformance.Tests.Targets;

namespace VIommuActors.Conformance.Tests.Comparing;

/// <summary>Makes a divergence short: drops chunks of operations, halving them, as long as the machines still differ (delta debugging).</summary>
public static class Shrinker
{
    /// <summary>A divergence of as few operations as <paramref name="attempts"/> comparisons find.</summary>
    /// <param name="found">The divergence at hand.</param>
    /// <param name="compare">Runs a list of operations on fresh machines.</param>
    /// <param name="attempts">Upper bound of comparisons.</param>
    /// <remarks>Any divergence counts, not only the same one: a shorter way to another difference is as good a report.</remarks>
    public static Divergence Shrink(Divergence found, Func<IReadOnlyList<Operation>, Divergence?> compare, int attempts = 200)
    {
        for (var chunk = Math.Max(1, found.Operations.Count / 2); ; chunk = Math.Max(1, chunk / 2))
        {
            var dropped = false;
            // From the end: what comes last is most often needed, so the first success is a large cut before it.
            for (var end = found.Operations.Count - 1; end > 0 && attempts > 0; end -= chunk)
            {
                if (end > found.Operations.Count - 1) continue;
                var begin = Math.Max(0, end - chunk);
                var shorter = found.Operations.Take(begin).Concat(found.Operations.Skip(end)).ToList();
                attempts--;
                if (compare(shorter) is not { } still) continue;
                found = still;
                dropped = true;
            }
            if (attempts <= 0 || (chunk == 1 && !dropped)) return found;
        }
    }
}
