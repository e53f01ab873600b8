using VIommuActors.Scenarios.Model;

namespace VIommuActors.Scenarios.Tests;

public sealed class LoaderTests
{
    /// <summary>The example by which the file format is documented.</summary>
    private const string Documented =
        """
        viommu.scenario {
          name = stale-dma
          protocol = drain                                  # translate | memcpy | ats | drain
          invalidation = register                           # register | queued
          topology { guests = 1, vcpus = 2, devices = [ { kind = dma-engine, count = 2, in-flight = 4 } ] }
          workload { kind = map-dma-unmap, rounds = 100, buffer-pages = 4, unmap-while-in-flight = true }   # or: kind = trace, file = "…"
          timing-ns { mmio-trap = 1500, hypercall = 800, ioreq = 2000, event-channel = 3000, dma-per-page = 2000, invalidation-timeout = 10000000000 }
          faults = [ { on = DrainComplete, drop = 3/100 }, { on = dummy-viommu, crash-at-ns = 4000000, restart-after-ns = 1000000 } ]
          expect { verdict = held }
        }
        """;

    [Fact]
    public void The_documented_example_loads_to_what_it_says()
    {
        using var bench = new Bench();
        var scenario = bench.Load(Documented).Scenario;

        Assert.Equal("stale-dma", scenario.Name);
        Assert.Equal([new DeviceGroup(DeviceKind.DmaEngine, 2, 4, 0)], scenario.Topology.Devices.ToArray());
        Assert.Equal(100, scenario.Workload.Rounds);
        Assert.Equal(10_000_000_000, scenario.Timing.InvalidationTimeout);
        Assert.Equal(
            [(FaultRule)new MessageFault("DrainComplete", new(3, 100), Ratio.Zero, Ratio.Zero, 0), new CrashFault("dummy-viommu", 4_000_000, 1_000_000)],
            scenario.Faults.ToArray());
        Assert.Equal(Verdict.Held, scenario.Expect.Verdict);
    }

    [Fact]
    public void A_key_that_is_not_stated_has_the_default_of_the_reference()
    {
        using var bench = new Bench();
        var scenario = bench.Load("viommu.scenario { name = x }").Scenario;

        Assert.Equal(new UnitSettings(48, false, true, 1024, 256), scenario.Unit);
        Assert.Equal(new Timing(1500, 800, 2000, 3000, 2000, 500, 1000, 200, 600, 400, 100, 10_000_000_000), scenario.Timing);
        Assert.Equal(
            new Workload(WorkloadKind.MapDmaUnmap, 100, 4, 1, 0, 4096, true, Policy.Strict, 255, 10_000_000, 64, 3_000_000, 16, 50, null, new(0, 1)),
            scenario.Workload);
        Assert.Equal(new Limits(50_000_000, 3_600_000_000_000), scenario.Limits);
        Assert.Null(scenario.Expect.Verdict);
        Assert.Empty(scenario.Faults);
    }

    [Fact]
    public void Every_word_of_a_choice_reaches_the_model()
    {
        using var bench = new Bench();
        foreach (var (policy, expected) in new[] { ("strict", Policy.Strict), ("deferred", Policy.Deferred), ("optimistic", Policy.Optimistic), ("shadow-copy", Policy.ShadowCopy) })
        {
            Assert.Equal(expected, bench.Load($"viommu.scenario.workload.policy = {policy}").Scenario.Workload.Policy);
        }
        foreach (var (kind, expected) in new[] { ("dma-engine", DeviceKind.DmaEngine), ("nic", DeviceKind.Nic), ("mapper", DeviceKind.Mapper) })
        {
            Assert.Equal(expected, bench.Load($"viommu.scenario.topology.devices = [ {{ kind = {kind}, count = 2 }} ]").Scenario.Topology.Devices[0].Kind);
        }
        Assert.Equal(WorkloadKind.Storm, bench.Load("viommu.scenario.workload.kind = storm").Scenario.Workload.Kind);
        Assert.Equal(InvalidationInterface.Queued, bench.Load("viommu.scenario.invalidation = queued").Scenario.Invalidation);
    }

    [Fact]
    public void Options_of_every_protocol_are_there_whichever_one_runs()
    {
        using var bench = new Bench();
        var options = bench.Load("viommu.scenario { protocols.drain.scope = all, protocols { ats { tlb-entries = 8 } } }").Scenario.ProtocolOptions;

        Assert.Equal(["ats", "drain", "memcpy", "translate"], options.Keys);
        Assert.Equal("all", options["drain"]["scope"]);
        Assert.Equal("0", options["drain"]["retransmit-ns"]);
        Assert.Equal("8", options["ats"]["tlb-entries"]);
        Assert.Empty(options["translate"]);
    }

    [Fact]
    public void A_scenario_without_a_name_has_the_name_of_its_file()
    {
        using var bench = new Bench();
        var path = bench.Write("my race (2).conf", "viommu.scenario.protocol = drain");

        Assert.Equal("my-race--2-", ScenarioLoader.Load(path, []).Name);
    }

    [Theory]
    [InlineData("viommu { scenario { topology { vcpus = 3 } } }")]
    [InlineData("viommu.scenario.topology.vcpus = 3")]
    [InlineData("viommu.scenario { topology { vcpus : 3, }, }, ")]
    [InlineData("{ \"viommu\": { \"scenario\": { \"topology\": { \"vcpus\": 3 }, \"protocol\": \"drain\" } } }")]
    [InlineData("viommu.scenario {\r\n  topology {\r\n    vcpus = 3 // three\r\n  }\r\n}\r\n")]
    [InlineData("\uFEFFviommu.scenario { topology { guests = 1 }, topology { vcpus = 3 } }")]
    [InlineData("viommu.scenario { topology\t{ vcpus\u00A0= 3 # }\n } }")]
    public void Spellings_of_the_same_scenario_are_equal(string text)
    {
        using var bench = new Bench();

        Assert.Equal(3, bench.Load(text).Scenario.Topology.Vcpus);
    }

    [Fact]
    public void A_trace_file_is_found_beside_the_scenario()
    {
        using var bench = new Bench();
        var trace = bench.Write("recorded.trace", "0 R 8 8 0\n");

        Assert.Equal(trace, bench.Load("viommu.scenario.workload { kind = trace, file = recorded.trace }").Scenario.Workload.File);
        using var reader = new StreamReader(ScenarioFiles.Open(trace));
        Assert.Equal("0 R 8 8 0", reader.ReadLine());
    }

    [Fact]
    public void A_trace_file_in_a_set_starts_from_where_the_user_stands()
    {
        using var bench = new Bench();
        var trace = bench.Write("recorded.trace", "0 R 8 8 0\n");
        var relative = Path.GetRelativePath(Directory.GetCurrentDirectory(), trace);

        Assert.Equal(trace, ScenarioLoader.Load("quiet", ["workload.kind=trace", $"workload.file={relative}"]).Workload.File);
    }

    [Fact]
    public void A_recording_that_is_not_embedded_cannot_be_opened() =>
        Assert.Contains("linux-strict", Assert.Throws<FileNotFoundException>(() => ScenarioFiles.Open("embedded:bsd")).Message, StringComparison.Ordinal);

    [Fact]
    public void Ats_is_accepted_once_invalidation_is_queued()
    {
        using var bench = new Bench();

        Assert.Equal("ats", bench.Load("viommu.scenario { protocol = ats, invalidation = queued }").Scenario.Protocol);
    }

    [Fact]
    public void Fault_targets_are_free_when_no_names_are_given()
    {
        var scenario = ScenarioLoader.Load("quiet", ["faults=[{on=Anything, drop=1/2}]"]);

        Assert.Equal("Anything", Assert.Single(scenario.Faults).On);
    }

    [Fact]
    public void A_lateness_may_be_that_of_second_copies_alone()
    {
        var scenario = ScenarioLoader.Load("quiet", ["faults=[{on=X, duplicate=1/3, delay-ns=7}]"]);

        Assert.Equal(new MessageFault("X", Ratio.Zero, new(1, 3), Ratio.Zero, 7), Assert.Single(scenario.Faults));
    }

    [Fact]
    public void Three_probabilities_may_add_up_to_exactly_one()
    {
        var scenario = ScenarioLoader.Load("quiet", ["faults=[{on=X, drop=1/3, duplicate=1/3, delay=1/3, delay-ns=7}]"]);

        Assert.Equal(new MessageFault("X", new(1, 3), new(1, 3), new(1, 3), 7), Assert.Single(scenario.Faults));
    }

    [Fact]
    public void A_rule_may_name_a_link_instead_of_a_message()
    {
        var scenario = ScenarioLoader.Load("quiet", ["faults=[{from=dummy-viommu, to=viommu, reorder=1/4, delay-ns=9}]"], ["X"], ["vcpu"]);

        Assert.Equal(
            new MessageFault("", Ratio.Zero, Ratio.Zero, Ratio.Zero, 9)
            {
                Reorder = new(1, 4), From = PartyKind.DummyVIommu, To = PartyKind.VIommu,
            },
            Assert.Single(scenario.Faults));
    }

    [Fact]
    public void A_rule_may_name_a_message_on_one_side_of_a_link()
    {
        var scenario = ScenarioLoader.Load("quiet", ["faults=[{on=X, to=ioreq, drop=1/4}]"], ["X"], ["vcpu"]);

        Assert.Equal(
            new MessageFault("X", new(1, 4), Ratio.Zero, Ratio.Zero, 0) { To = PartyKind.Ioreq }, Assert.Single(scenario.Faults));
    }

    [Fact]
    public void Four_probabilities_may_add_up_to_exactly_one()
    {
        var scenario = ScenarioLoader.Load("quiet", ["faults=[{on=X, drop=1/4, duplicate=1/4, delay=1/4, reorder=1/4, delay-ns=7}]"]);

        Assert.Equal(new Ratio(1, 4), Assert.IsType<MessageFault>(Assert.Single(scenario.Faults)).Reorder);
    }
}
