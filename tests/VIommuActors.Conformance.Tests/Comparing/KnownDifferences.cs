using VIommuActors.Conformance.Tests.Targets;

namespace VIommuActors.Conformance.Tests.Comparing;

/// <summary>A place where the product is meant to answer otherwise than the real QEMU.</summary>
/// <param name="Name">Short name, as in the README.</param>
/// <param name="Source">Why, and where that is written.</param>
/// <param name="Covers">True when a step with QEMU's and the product's reply is such a place.</param>
public sealed record KnownDifference(string Name, string Source, Func<Step, string, string, bool> Covers);

/// <summary>The whole table: what is not here fails.</summary>
/// <remarks>README.md of this project has the same rows; a test holds the two together.</remarks>
public static class KnownDifferences
{
    /// <summary>All rows. There are none at present: with <c>quirks=qemu</c> every reply is meant to be equal.</summary>
    public static IReadOnlyList<KnownDifference> All { get; } = [];

    /// <summary>True when the two replies count as equal; two machines that died, however alike, do not.</summary>
    public static bool Accept(Step step, string qemu, string subject) => !qemu.Contains(ITarget.EndedMark, StringComparison.Ordinal) &&
        (qemu == subject || All.Any(difference => difference.Covers(step, qemu, subject)));
}
