using System.Collections.Immutable;
using System.Text;
using HdrHistogram;
using VIommuActors.Blueprints.Faults;
using VIommuActors.Blueprints.Figures;
using VIommuActors.Experiments.Running;
using VIommuActors.Oracle;
using VIommuActors.Scenarios.Model;
using VIommuActors.Seeds;
using VIommuActors.Trace;

namespace VIommuActors.Experiments.Tests;

/// <summary>A cluster's fault plan in virtual time.</summary>
public sealed class PlanTests
{
    private const int Guests = 4;
    private const long Ms = 1_000_000;

    private static readonly ImmutableArray<string> Roles =
        [FaultPlan.Hypervisor, FaultPlan.DeviceModel, FaultPlan.Hypervisor, FaultPlan.DeviceModel];

    private static readonly string[] Sets = [$"topology.guests={Guests}", "workload.rounds=120"];

    [Fact]
    public void The_same_plan_and_seed_give_the_same_bytes_and_another_plan_does_not()
    {
        var scenario = Fixture.Load("cluster-drain", Sets);
        var plan = FaultPlan.Draw(3, 60_000, Roles, 20, 20);
        Assert.NotEmpty(plan.Faults);
        var first = Traced(scenario, "drain", 5, plan);
        Assert.Equal(first, Traced(scenario, "drain", 5, FaultPlan.Parse(plan.Text())));
        Assert.NotEqual(first, Traced(scenario, "drain", 5, FaultPlan.Draw(4, 60_000, Roles, 20, 20)));
        Assert.NotEqual(first, Traced(scenario, "drain", 5, null));
        Assert.Contains("\"note\":\"plan\"", Encoding.UTF8.GetString(first), StringComparison.Ordinal);
    }

    [Fact]
    public void Drain_holds_under_any_plan()
    {
        var scenario = Fixture.Load("cluster-drain", Sets);
        var (kinds, panicked) = (new HashSet<PlannedFaultKind>(), 0);
        using var runner = new ScenarioRunner();
        for (var seed = 1UL; seed <= 50; seed++)
        {
            var plan = FaultPlan.Draw(seed, 60_000, Roles, 10, 10);
            foreach (var fault in plan.Faults) kinds.Add(fault.Kind);
            var result = runner.Run(new RunRequest(scenario, "drain", seed, Plan: plan));
            Assert.True(result.Figures.Verdict == Verdict.Held, $"seed {seed}: {Told(result)}\n{plan.Text()}");
            Assert.Equal(RunEnding.Complete, result.Ending);
            Assert.Equal(result.Figures.Dmas, result.Figures.DmasDone + result.Figures.DmasFaulted + result.Figures.DmasAbandoned);
            panicked += result.Panicked.Length;
        }
        Assert.Equal(3, kinds.Count);
        Assert.True(panicked > 0);
    }

    [Fact]
    public void Bare_translate_is_caught_under_a_plan()
    {
        var scenario = Fixture.Load("cluster-drain", [.. Sets, "workload.think-ns=0"]);
        var plan = Plan(new PlannedFault(PlannedFaultKind.Slow, 1, 0, 60_000, 2));
        var result = Run(scenario, "translate", plan);
        Assert.Equal(Verdict.Violated, result.Figures.Verdict);
    }

    [Fact]
    public void Guests_of_a_killed_hypervisor_are_lost_and_the_others_end()
    {
        var scenario = Fixture.Load("cluster-drain", Sets);
        var result = Run(scenario, "drain", Plan(new PlannedFault(PlannedFaultKind.Kill, 2, 7_000, 3_000)));
        Assert.Equal<int>([1, 3], result.Panicked.ToArray());
        Assert.Equal(Verdict.Held, result.Figures.Verdict);
        Assert.Equal(0, result.Figures.StuckVcpus);
        Assert.Equal(2, result.Figures.Remarks.Length);
        var whole = Run(scenario, "drain", Plan());
        Assert.Empty(whole.Panicked);
        Assert.True(result.Figures.Dmas < whole.Figures.Dmas);
    }

    [Fact]
    public void A_killed_device_model_costs_what_it_had_accepted_and_comes_back()
    {
        var scenario = Fixture.Load("cluster-drain", [.. Sets, "workload.think-ns=0", "workload.rounds=4000", "faults=[]"]);
        var none = Run(scenario, "drain", Plan());
        var at = none.Figures.VirtualNs / Ms / 3;
        var result = Run(scenario, "drain", Plan(new PlannedFault(PlannedFaultKind.Kill, 1, at, 1_000)));
        Assert.Equal(Verdict.Held, result.Figures.Verdict);
        Assert.Empty(result.Panicked);
        Assert.True(result.Figures.DmasAbandoned > 0, $"nothing was under way at {at} ms of {none.Figures.VirtualNs / Ms}");
        Assert.Equal(result.Figures.Dmas, result.Figures.DmasDone + result.Figures.DmasFaulted + result.Figures.DmasAbandoned);
    }

    [Fact]
    public void The_guests_of_a_killed_device_model_use_its_successor()
    {
        var scenario = Fixture.Load("cluster-drain", [.. Sets, "faults=[]"]);
        var none = Run(scenario, "drain", Plan());
        var killed = Run(scenario, "drain", Plan(new PlannedFault(PlannedFaultKind.Kill, 1, 5_000, 1_000)));
        var forGood = Run(scenario, "drain", Plan(new PlannedFault(PlannedFaultKind.Kill, 1, 5_000, 86_400_000)));
        // What is asked of a device that is away is abandoned: a few rounds' requests, or all from then on.
        Assert.Equal(0, none.Figures.DmasAbandoned);
        Assert.InRange(killed.Figures.DmasAbandoned, 10, 60);
        Assert.True(forGood.Figures.DmasAbandoned > 2 * killed.Figures.DmasAbandoned);
    }

    [Fact]
    public void A_cut_that_heals_in_time_delays_and_loses_nothing()
    {
        var scenario = Fixture.Load("cluster-drain", [.. Sets, "faults=[]"]);
        var none = Run(scenario, "drain", Plan());
        var cut = Run(scenario, "drain", Plan(new PlannedFault(PlannedFaultKind.Partition, 1, 5_000, 6_000)));
        Assert.Equal(Verdict.Held, cut.Figures.Verdict);
        Assert.Empty(cut.Panicked);
        Assert.Equal(0, cut.Figures.DmasAbandoned);
        Assert.Equal(cut.Figures.Dmas, cut.Figures.DmasDone + cut.Figures.DmasFaulted);
        Assert.Equal(none.Figures.Dmas, cut.Figures.Dmas);
        Assert.True(cut.Figures.InvalidationNs.GetMaxValue() > 3_000 * Ms);
    }

    [Fact]
    public void A_cut_that_lasts_too_long_fences_a_device_model_and_loses_a_hypervisors_guests()
    {
        var scenario = Fixture.Load("cluster-drain", Sets);
        var device = Run(scenario, "drain", Plan(new PlannedFault(PlannedFaultKind.Partition, 3, 5_000, 12_000)));
        Assert.Equal(Verdict.Held, device.Figures.Verdict);
        Assert.Empty(device.Panicked);
        var hypervisor = Run(scenario, "drain", Plan(new PlannedFault(PlannedFaultKind.Partition, 0, 5_000, 12_000)));
        Assert.Equal<int>([0, 2], hypervisor.Panicked.ToArray());
        Assert.Equal(Verdict.Held, hypervisor.Figures.Verdict);
    }

    [Fact]
    public void The_links_keep_their_order_whatever_the_plan_does_to_them()
    {
        for (var seed = 1UL; seed <= 20; seed++)
        {
            var course = new PlanCourse(FaultPlan.Draw(seed, 120_000, Roles, 100, 0), Guests, new SeededRandom(seed));
            var dice = new SeededRandom(seed).Derive("sends");
            var latest = new long[2 * Guests];
            for (long now = 0; now < 100_000 * Ms; now += 1 + dice.NextLong(40 * Ms))
            {
                var (guest, isUp) = (dice.Next(Guests), dice.Chance(1, 2));
                var arrives = course.Arrival(guest, isUp, now, now + 1_000);
                ref var last = ref latest[(2 * guest) + (isUp ? 1 : 0)];
                Assert.True(arrives >= last && arrives >= now + 1_000);
                last = arrives;
            }
        }
    }

    [Fact]
    public void What_is_sent_into_a_cut_arrives_when_it_is_sent_again_after_it()
    {
        var course = new PlanCourse(Plan(new PlannedFault(PlannedFaultKind.Partition, 1, 1_000, 1_000)), Guests, new SeededRandom(1));
        // Sent at 1,500 ms, and again with growing pauses; the cut heals at 2,000.
        var again = ClusterTerms.RetryFrom(1_500 * Ms, 2_000 * Ms);
        Assert.InRange(again, 2_000 * Ms, (2_000 * Ms) + (2 * ClusterTerms.FirstRetryNs));
        Assert.Equal(again + 7, course.Arrival(0, isUp: true, 1_500 * Ms, (1_500 * Ms) + 7));
        // The other guest's device model is on another node.
        Assert.Equal((1_500 * Ms) + 7, course.Arrival(1, isUp: true, 1_500 * Ms, (1_500 * Ms) + 7));
        // Sent before it, and there before it.
        Assert.Equal((900 * Ms) + 7, course.Arrival(2, isUp: false, 900 * Ms, (900 * Ms) + 7));
    }

    [Fact]
    public void A_plan_without_a_node_for_one_of_the_halves_is_refused()
    {
        var plan = FaultPlan.Draw(1, 60_000, [FaultPlan.Hypervisor], 0, 0);
        Assert.Contains("no node is a device-model", Assert.Throws<FormatException>(
            () => Run(Fixture.Load("cluster-drain"), "drain", plan)).Message, StringComparison.Ordinal);
    }

    private static FaultPlan Plan(params ImmutableArray<PlannedFault> faults) => new(FaultPlan.SchemaName, 1, 60_000, Roles, 0, 0, faults);

    private static RunResult Run(Scenario scenario, string protocol, FaultPlan plan)
    {
        using var runner = new ScenarioRunner();
        return runner.Run(new RunRequest(scenario, protocol, 1, Plan: plan));
    }

    private static byte[] Traced(Scenario scenario, string protocol, ulong seed, FaultPlan? plan)
    {
        using var runner = new ScenarioRunner();
        using var stream = new MemoryStream();
        using var writer = new TraceWriter(stream, new TraceHeader(scenario.Name, protocol, seed, "test"));
        runner.Run(new RunRequest(scenario, protocol, seed, writer, plan));
        writer.Complete();
        return stream.ToArray();
    }

    private static string Told(RunResult result) => string.Join("\n", [
        $"{result.Figures.Verdict} {result.Ending} at {result.Figures.VirtualNs}",
        .. result.Figures.Details.Take(3).Select(one => one.ToString()),
        .. result.Figures.Remarks,
    ]);
}
