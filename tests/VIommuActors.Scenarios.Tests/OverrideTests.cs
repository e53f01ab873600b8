using VIommuActors.Scenarios.Model;

namespace VIommuActors.Scenarios.Tests;

public sealed class OverrideTests
{
    [Fact]
    public void A_set_replaces_a_value_with_or_without_the_prefix()
    {
        Assert.Equal(7, ScenarioLoader.Load("stale-dma", ["topology.vcpus=7"]).Topology.Vcpus);
        Assert.Equal(7, ScenarioLoader.Load("stale-dma", ["viommu.scenario.topology.vcpus = 7"]).Topology.Vcpus);
    }

    [Fact]
    public void The_last_set_of_a_key_counts() =>
        Assert.Equal(3, ScenarioLoader.Load("stale-dma", ["topology.vcpus=7", "topology.vcpus=3"]).Topology.Vcpus);

    [Fact]
    public void A_set_may_hold_a_list() =>
        Assert.Equal([new DeviceGroup(DeviceKind.Nic, 2, 4, 0)],
            ScenarioLoader.Load("stale-dma", ["topology.devices=[{kind=nic, count=2}]"]).Topology.Devices.ToArray());

    [Fact]
    public void Text_in_a_set_needs_no_quotes() =>
        Assert.Equal("a = b, {c} # d", ScenarioLoader.Load("stale-dma", ["description=a = b, {c} # d"]).Description);

    [Fact]
    public void A_set_that_states_nothing_takes_an_optional_value_back() =>
        Assert.Null(ScenarioLoader.Load("stale-dma", ["expect.verdict=null"]).Expect.Verdict);

    [Theory]
    [InlineData("topology.vcpus=-3", "viommu.scenario.topology.vcpus", "-3", "expected an integer from 1 to 64")]
    [InlineData("topology.vcpu=3", "viommu.scenario.topology.vcpu", "3", "did you mean vcpus?")]
    [InlineData("topology.vcpus=", "viommu.scenario.topology.vcpus", "", "a value is missing")]
    [InlineData("topology.vcpus=3 4", "viommu.scenario.topology.vcpus", "3 4", "expected an integer")]
    [InlineData("topology.vcpus=3, 4", "viommu.scenario.topology.vcpus", "", "',' after the value")]
    [InlineData("timing-ns.mmio-trap=15us", "viommu.scenario.timing-ns.mmio-trap", "15us", "without a unit: 15000")]
    [InlineData("faults=[{on=X", "viommu.scenario.faults", "", "never closed")]
    [InlineData("faults=[{on=DrainComplete, drop=2/1}]", "viommu.scenario.faults[0].drop", "2/1", "from 0 to 1")]
    [InlineData("topology=5", "viommu.scenario.topology", "5", "expected a section")]
    [InlineData("workload.file=/no/such/file", "viommu.scenario.workload.file", "\"/no/such/file\"", "no such file")]
    [InlineData("topology.vcpus", "", "", "expected key=value")]
    [InlineData("=3", "", "", "expected key=value")]
    [InlineData("topology..vcpus=3", "", "", "expected key=value")]
    [InlineData("protocol=ats", "viommu.scenario.protocol", "ats", "invalidation = register (hocon/scenarios/stale-dma.conf:10)")]
    public void An_error_in_a_set_is_located_at_the_set(string set, string key, string value, string message)
    {
        var error = Assert.Single(Assert.Throws<ScenarioException>(() => ScenarioLoader.Load("stale-dma", [set])).Errors);

        Assert.Equal($"--set {set}", error.File);
        Assert.Equal(0, error.Line);
        Assert.Equal(0, error.Column);
        Assert.Equal(key, error.Key);
        Assert.Equal(value, error.Value);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Errors_of_file_and_sets_are_reported_together()
    {
        using var bench = new Bench();
        var errors = bench.Errors("viommu.scenario.protocol = x", "unit.drain=3", "nonsense");

        Assert.Equal(3, errors.Count);
    }

    [Fact]
    public void A_set_repairs_what_the_file_has_wrong()
    {
        using var bench = new Bench();

        Assert.Equal("queued", bench.Load("viommu.scenario.protocol = ats", "invalidation=queued")
            .Values.Single(v => v.Key == "viommu.scenario.invalidation").Text);
    }
}
