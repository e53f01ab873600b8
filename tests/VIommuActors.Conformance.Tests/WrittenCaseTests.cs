using VIommuActors.Conformance.Tests.Cases;
using VIommuActors.Conformance.Tests.Comparing;

[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace VIommuActors.Conformance.Tests;

/// <summary>The written cases, those of one command line on one pair of machines.</summary>
[Trait("Category", "qemu")]
public sealed class WrittenCaseTests
{
    private static readonly ILookup<string, Case> Cases = Catalogue.All.ToLookup(each => string.Join(' ', each.Platform.Arguments));

    public static TheoryData<string> CommandLines => [.. Cases.Select(group => group.Key)];

    [Theory, MemberData(nameof(CommandLines))]
    public void Every_access_is_answered_as_by_qemu(string commandLine)
    {
        using var pairs = new MachinePairs();
        var cases = Cases[commandLine].ToList();
        var reports = cases.Select(each => pairs.Compare(each)?.Report(each.Name, each.Platform)).OfType<string>().ToList();
        Assert.True(reports.Count == 0, $"{reports.Count} of {cases.Count} cases differ\n\n{string.Join("\n\n", reports)}");
    }
}
