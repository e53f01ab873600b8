using VIommuActors.Blueprints.Verdicts;
using VIommuActors.Experiments.Exploring;
using VIommuActors.Experiments.Running;
using VIommuActors.Exploration;
using VIommuActors.Exploration.Strategies;
using VIommuActors.Protocols.Seam;
using VIommuActors.Scenarios;
using VIommuActors.Simulation;
using Xunit.Abstractions;

namespace VIommuActors.Experiments.Tests;

/// <summary>Every deliberate defect is found, shown again, and made small; and nothing is found where there is none.</summary>
public sealed class MutantTests(ITestOutputHelper output)
{
    private const long Budget = 10_000;
    private const int Seeds = 20;

    /// <summary>Schedule n of seed s is schedule 1 of seed s + n - 1: only seeds further apart than the budget share no schedule.</summary>
    private const ulong Apart = 1_000_003;

    public static TheoryData<string> Names => [.. MutantCatalog.All.Select(mutant => mutant.Name)];

    public static TheoryData<string, string> Searches
    {
        get
        {
            var searches = new TheoryData<string, string>();
            foreach (var (scenario, protocol) in MutantCatalog.All.Select(mutant => (mutant.Search.Scenario, mutant.Protocol)).Distinct())
                searches.Add(scenario, protocol);
            return searches;
        }
    }

    [Fact]
    public void There_are_at_least_twenty_and_each_has_its_own_name()
    {
        Assert.True(MutantCatalog.All.Length >= 20, $"{MutantCatalog.All.Length}");
        Assert.Equal(MutantCatalog.All.Length, MutantCatalog.All.Select(mutant => mutant.Name).Distinct().Count());
        Assert.All(MutantCatalog.All, mutant => Assert.Same(mutant, MutantCatalog.Find(mutant.Name)));
        Assert.Null(MutantCatalog.Find("none"));
    }

    [Theory, MemberData(nameof(Names))]
    public void A_defect_is_found_by_its_property_replays_and_shrinks_to_what_it_needs(string name)
    {
        var mutant = MutantCatalog.Find(name)!;
        var setup = Setup(mutant, seed: 1);
        var found = Search(setup, mutant.Search.Strategy).FirstViolation;
        Assert.Equal(mutant.Property, found?.Property);

        var (first, again) = (Trace(setup, found!.Choices), Trace(setup, found.Choices));
        Assert.Equal(first.Bytes, again.Bytes);
        Assert.Equal((true, mutant.Property), (first.Result.Followed, first.Result.Property));

        using var system = SimSystem.Create("viommu");
        var smaller = Shrinker(system).Shrink(setup, found.Choices, CancellationToken.None)!;
        var row = MutantTable.Row(name);
        var steps = WorkSteps(smaller.Setup, smaller.Schedule.Choices);
        output.WriteLine($"{name}: schedule {found.Schedule}, {found.Steps} -> {smaller.Schedule.Steps} steps, {steps} of work");
        Assert.Equal(mutant.Property, smaller.Schedule.Property);
        Assert.True(smaller.Schedule.Steps <= found.Steps);
        Assert.True(smaller.Schedule.Faults <= mutant.Search.Faults);
        Assert.Equal(row.Steps, steps);
        Assert.True(steps <= 1.5 * row.Shortest, $"{steps} steps, the shortest known has {row.Shortest}");
        var shown = Trace(smaller.Setup, smaller.Schedule.Choices).Result;
        Assert.Equal((true, mutant.Property, smaller.Schedule.Steps), (shown.Followed, shown.Property, shown.Steps));
    }

    [Theory, MemberData(nameof(Searches))]
    public void Without_the_defect_the_same_search_finds_nothing_unsafe(string scenario, string protocol)
    {
        foreach (var mutant in MutantCatalog.All.Where(mutant => (mutant.Search.Scenario, mutant.Protocol) == (scenario, protocol)))
        {
            var result = Search(Setup(mutant, seed: 1) with { Mutant = null, Stops = false }, mutant.Search.Strategy, budget: 1_000, all: true);
            Assert.DoesNotContain(result.ViolationsOf.Keys, MachineWorld.IsSafety);
            if (mutant.Search.Faults == 0) Assert.Equal(0, result.Violations);
        }
    }

    [Theory]
    [Trait("Category", "explore")]
    [MemberData(nameof(Names))]
    public void Nineteen_of_twenty_seeds_find_a_defect_within_ten_thousand_schedules(string name)
    {
        var mutant = MutantCatalog.Find(name)!;
        var schedules = new List<long>();
        for (ulong sample = 1; sample <= Seeds; sample++)
        {
            var result = Search(Setup(mutant, sample * Apart), mutant.Search.Strategy);
            if (result.FirstViolation is { } found && found.Property == mutant.Property) schedules.Add(found.Schedule);
        }
        schedules.Sort();
        output.WriteLine($"{name}: {schedules.Count} of {Seeds}, median {Median(schedules)}: {string.Join(' ', schedules)}");
        Assert.InRange(schedules.Count, Seeds - 1, Seeds);
        Assert.Equal(MutantTable.Row(name).Schedules, Median(schedules));
    }

    [Fact]
    public void The_table_of_the_designs_page_has_a_row_for_each_defect_with_what_the_catalogue_says()
    {
        Assert.Equal(MutantCatalog.All.Select(mutant => mutant.Name), MutantTable.Names);
        foreach (var mutant in MutantCatalog.All)
        {
            var row = MutantTable.Row(mutant.Name);
            Assert.Equal(
                (mutant.Protocol, mutant.Breaks, mutant.Property, mutant.Search.Scenario, mutant.Search.Strategy),
                (row.Protocol, row.Breaks, row.Property, row.Scenario, row.Strategy));
        }
    }

    [Fact]
    public void Another_designs_defect_is_refused()
    {
        using var system = SimSystem.Create("viommu");
        var refused = Assert.Throws<UnsupportedCombinationException>(() => new MachineWorld(
            system, Fixture.Load("peer-1x1x1"), "drain", 1, MutantCatalog.Find("ats-early-answer")));
        Assert.Equal(("protocol", "ats"), (refused.Key, refused.Accepted));
    }

    /// <summary>Half the schedules are shorter than this one; 0 for none.</summary>
    private static long Median(List<long> sorted) => sorted.Count == 0 ? 0 : sorted[sorted.Count / 2];

    private static SearchSetup Setup(Mutant mutant, ulong seed)
    {
        var loaded = ScenarioLoader.Resolve(mutant.Search.Scenario, [], ScenarioRunner.MessageNames, ScenarioRunner.PartyNames);
        return new SearchSetup(loaded, mutant.Protocol, seed)
        {
            Faults = SearchFaults.Parse(mutant.Search.Faults, mutant.Search.FaultKinds, mutant.Search.FaultsOn),
            Mutant = mutant,
            Stops = true,
        };
    }

    private static ExploreResult Search(SearchSetup setup, string strategy, long budget = Budget, bool all = false)
    {
        using var system = SimSystem.Create("viommu");
        using var world = setup.World(system);
        return new Explorer(system.Kernel).Explore(
            world,
            setup.Bounds(Strategy.Parse(strategy, setup.Seed)) with { MaxSchedules = budget, StopAtViolation = !all, CountDistinct = false },
            CancellationToken.None);
    }

    private static ScenarioShrinker Shrinker(SimSystem system) => new(system, Fixture.Reload);

    private static (TracedSchedule Result, byte[] Bytes) Trace(SearchSetup setup, IReadOnlyList<int> choices)
    {
        using var stream = new MemoryStream();
        var result = TracedSchedule.Write(stream, setup, setup.Header("test", choices, "test"), CancellationToken.None);
        return (result, stream.ToArray());
    }

    /// <summary>Steps after start-up, which every schedule of a scenario shares.</summary>
    private static int WorkSteps(SearchSetup setup, IReadOnlyList<int> choices)
    {
        var lines = Fixture.Lines(Trace(setup, choices).Bytes);
        // A defect may show in the start-up itself: then all of its steps count.
        var begins = lines.OfType<VIommuActors.Trace.TraceNote>().FirstOrDefault(note => note.Name == "work-begins")?.Step ?? 0;
        return lines.OfType<VIommuActors.Trace.TraceEvent>().Count(step => step.Step > begins);
    }
}
