using VIommuActors.Conformance.Tests.Cases;
using VIommuActors.Conformance.Tests.Comparing;
using VIommuActors.Conformance.Tests.Targets;

[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace VIommuActors.Conformance.Tests;

/// <summary>The written cases, each on two fresh machines.</summary>
[Trait("Category", "qemu")]
public sealed class WrittenCaseTests
{
    private static readonly Dictionary<string, Case> Cases = Catalogue.All.ToDictionary(each => each.Name);

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory, MemberData(nameof(Names))]
    public void Every_access_is_answered_as_by_qemu(string name)
    {
        var each = Cases[name];
        var divergence = Comparer.Compare(
            each.Operations, () => MachineProcess.Start(MachineProgram.Qemu, each.Platform), () => MachineProcess.Start(MachineProgram.Subject, each.Platform));
        Assert.True(divergence is null, divergence?.Report(name, each.Platform));
    }
}
