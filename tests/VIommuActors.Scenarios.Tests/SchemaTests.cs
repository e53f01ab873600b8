using VIommuActors.Scenarios.Schema;

namespace VIommuActors.Scenarios.Tests;

public sealed class SchemaTests
{
    [Fact]
    public void Every_key_of_the_reference_says_what_it_means()
    {
        var leaves = ScenarioLoader.Resolve("stale-dma", ["faults=[{on=X, drop=1/2}]"]).Values;

        Assert.True(leaves.Length > 60);
        Assert.Empty(leaves.Where(v => v.Doc.Length < 5).Select(v => v.Key));
    }

    [Fact]
    public void A_protocol_is_added_in_the_reference_alone()
    {
        var text = ScenarioLoader.ReferenceText.Replace("    translate {}", "    translate {}\n    # A fifth.\n    vhost {\n      # [bool] Ask twice.\n      twice = false\n    }",
            StringComparison.Ordinal);
        var schema = new ScenarioSchema(text);

        Assert.Contains("vhost", ((SchemaLeaf)schema.Scenario.Find("protocol")!).Type.Accepted, StringComparison.Ordinal);
        Assert.NotNull(schema.Scenario.FindPath("protocols.vhost.twice"));
        Assert.NotNull(schema.Scenario.FindPath("expect.protocols.vhost"));
    }

    [Theory]
    [InlineData("# [int 1..64] vCPUs per guest", "# vCPUs per guest", "has no [type]")]
    [InlineData("# [int 1..64] vCPUs per guest", "# [int 1-64] vCPUs per guest", "cannot be read")]
    [InlineData("# [int 1..64] vCPUs per guest", "# [number 1..64] vCPUs per guest", "unknown type")]
    [InlineData("# [int 1..64] vCPUs per guest", "# [int 4..64] vCPUs per guest", "the default of viommu.scenario.topology.vcpus")]
    public void A_reference_that_contradicts_itself_does_not_pass(string old, string changed, string message)
    {
        Assert.Contains(old, ScenarioLoader.ReferenceText, StringComparison.Ordinal);
        var text = ScenarioLoader.ReferenceText.Replace(old, changed, StringComparison.Ordinal);

        Assert.Contains(message, Assert.Throws<InvalidOperationException>(() => new ScenarioSchema(text)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vcpu", "vcpus")]
    [InlineData("in-fligth", "in-flight")]
    [InlineData("GUESTS", "guests")]
    [InlineData("elephant", null)]
    [InlineData("", null)]
    public void The_nearest_word_is_suggested_only_when_it_is_near(string word, string? expected) =>
        Assert.Equal(expected, Nearest.To(word, ["guests", "vcpus", "viommus", "in-flight"]));
}
