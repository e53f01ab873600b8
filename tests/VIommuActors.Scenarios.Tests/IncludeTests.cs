namespace VIommuActors.Scenarios.Tests;

public sealed class IncludeTests
{
    [Fact]
    public void Values_after_an_include_override_the_included_ones()
    {
        using var bench = new Bench();
        bench.Write("base/common.conf", "viommu.scenario { topology { vcpus = 5, ram-mib = 128 } }");
        var loaded = bench.Load("include \"base/common.conf\"\nviommu.scenario.topology.vcpus = 6");

        Assert.Equal(6, loaded.Scenario.Topology.Vcpus);
        Assert.Equal(128, loaded.Scenario.Topology.RamMib);
        Assert.EndsWith("/base/common.conf:1", loaded.Values.Single(v => v.Key.EndsWith("ram-mib", StringComparison.Ordinal)).Origin, StringComparison.Ordinal);
    }

    [Fact]
    public void An_include_inside_a_section_fills_that_section()
    {
        using var bench = new Bench();
        bench.Write("slow.conf", "hypercall = 8000\n");

        Assert.Equal(8000, bench.Load("viommu.scenario.timing-ns { include \"slow.conf\" }").Scenario.Timing.Hypercall);
    }

    [Fact]
    public void Includes_of_an_included_file_start_from_its_own_folder()
    {
        using var bench = new Bench();
        bench.Write("a/b.conf", "include \"c.conf\"");
        bench.Write("a/c.conf", "viommu.scenario { workload { kind = trace, file = t.trace } }");
        var trace = bench.Write("a/t.trace", "0 R 8 8 0\n");

        Assert.Equal(trace, bench.Load("include \"a/b.conf\"").Scenario.Workload.File);
    }

    [Fact]
    public void A_file_anywhere_may_build_on_a_scenario_that_comes_with_the_tool()
    {
        using var bench = new Bench();
        var scenario = bench.Load("include \"stale-dma.conf\"\nviommu.scenario.name = mine").Scenario;

        Assert.Equal("mine", scenario.Name);
        Assert.Equal(40, scenario.Workload.Rounds);
    }

    [Fact]
    public void Including_the_reference_changes_nothing()
    {
        using var bench = new Bench();

        Assert.Equal("reference.conf", bench.Load("include \"reference.conf\"\nviommu.scenario.name = x")
            .Values.Single(v => v.Key == "viommu.scenario.protocol").Origin);
    }

    [Fact]
    public void The_same_file_may_be_included_along_two_ways()
    {
        using var bench = new Bench();
        bench.Write("base.conf", "viommu.scenario.topology.vcpus = 5");
        bench.Write("left.conf", "include \"base.conf\"\nviommu.scenario.unit.drain = false");
        bench.Write("right.conf", "include \"base.conf\"");

        Assert.Equal(5, bench.Load("include \"left.conf\"\ninclude \"right.conf\"").Scenario.Topology.Vcpus);
    }

    [Fact]
    public void An_error_in_an_included_file_names_that_file()
    {
        using var bench = new Bench();
        bench.Write("base/common.conf", "viommu.scenario {\n topology.vcpus = 0\n}");

        var error = Assert.Single(bench.Errors("include \"base/common.conf\""));
        Assert.EndsWith("/base/common.conf", error.File, StringComparison.Ordinal);
        Assert.Equal(2, error.Line);
    }

    [Fact]
    public void A_file_that_includes_itself_is_an_error()
    {
        using var bench = new Bench();
        bench.Write("a.conf", "\ninclude \"./test.conf\"");

        var error = Assert.Single(bench.Errors("include \"a.conf\""));
        Assert.EndsWith("a.conf", error.File, StringComparison.Ordinal);
        Assert.Equal(2, error.Line);
        Assert.Contains("includes itself", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Includes_have_a_bound_in_depth()
    {
        using var bench = new Bench();
        for (var i = 0; i < 20; i++)
        {
            bench.Write($"f{i}.conf", $"include \"f{i + 1}.conf\"");
        }

        Assert.Contains("8 deep", Assert.Single(bench.Errors("include \"f0.conf\"")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Includes_have_a_bound_in_number()
    {
        using var bench = new Bench();
        bench.Write("leaf.conf", "viommu.scenario.unit.drain = true");

        Assert.Contains("more than 64 files", Assert.Single(bench.Errors(string.Concat(Enumerable.Repeat("include \"leaf.conf\"\n", 100)))).Message,
            StringComparison.Ordinal);
    }
}
