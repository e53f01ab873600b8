using System.Diagnostics;
using System.Globalization;
using VIommuActors.Conformance.Tests.Comparing;
using VIommuActors.Conformance.Tests.Generating;
using VIommuActors.Conformance.Tests.Targets;
using Xunit.Abstractions;

namespace VIommuActors.Conformance.Tests;

/// <summary>Generated operations on both machines side by side; a divergence is shrunk before it is shown.</summary>
/// <remarks>
/// VIOMMU_OPERATIONS and VIOMMU_SEED in the environment choose another amount and another first seed; a failure names the seed of its session, and that
/// session alone is run by VIOMMU_SEED=that and VIOMMU_OPERATIONS=800.
/// </remarks>
[Trait("Category", "qemu")]
public sealed class GeneratedTests(ITestOutputHelper output)
{
    /// <summary>Sessions differ for different reasons: a few reports tell more than one, and the same one a hundred times tells nothing.</summary>
    private const int Enough = 3;

    private const int PerSession = 800;

    [Fact]
    public void A_hundred_thousand_operations_are_answered_as_by_qemu()
    {
        var (total, seed) = ((int)Number("VIOMMU_OPERATIONS", 100_000), Number("VIOMMU_SEED", 1));
        var watch = Stopwatch.StartNew();
        var reports = new List<string>();
        for (var done = 0; done < total && reports.Count < Enough; done += PerSession, seed++)
        {
            var session = Session.Generate(seed, Math.Min(PerSession, total - done));
            if (Compare(session, session.Operations) is not { } divergence) continue;
            var shrunk = Shrinker.Shrink(divergence, operations => Compare(session, operations));
            reports.Add(shrunk.Report($"seed {seed}, after {done} operations in other sessions, shrunk to {shrunk.Operations.Count}", session.Platform));
        }
        Assert.True(reports.Count == 0, string.Join("\n\n", reports));
        output.WriteLine($"{total} operations in {watch.Elapsed.TotalSeconds:F0} s");
    }

    private static Divergence? Compare(Session session, IReadOnlyList<Operation> operations) => Comparer.Compare(
        operations, () => MachineProcess.Start(MachineProgram.Qemu, session.Platform), () => MachineProcess.Start(MachineProgram.Subject, session.Platform));

    private static ulong Number(string variable, ulong otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { } text ? ulong.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
