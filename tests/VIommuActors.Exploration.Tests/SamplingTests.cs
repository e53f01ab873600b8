using System.Text;
using VIommuActors.Exploration.Strategies;
using VIommuActors.PeerModel;
using VIommuActors.Simulation;
using Xunit.Abstractions;

namespace VIommuActors.Exploration.Tests;

/// <summary>How many schedules the sampling strategies need for each defect of the peer model.</summary>
public sealed class SamplingTests(ITestOutputHelper output)
{
    private const int Seeds = 20;
    private const long Most = 10_000;
    private static readonly string[] Sampling = ["random", "pct:3", "pct:5", "pos", "crowd", "novel"];

    private static readonly (string Name, PeerOptions Options, string Strategy)[] Defects =
    [
        ("translate", new(PeerProtocol.Translate), "pos"),
        ("B1", new(PeerProtocol.Memcpy, Defect: PeerDefect.B1), "pos"),
        ("D1", new(PeerProtocol.Drain, Defect: PeerDefect.D1), "pos"),
        ("C1", new(PeerProtocol.Ats, Defect: PeerDefect.C1), "pos"),
        ("D4", new(PeerProtocol.Drain, Doorbells: 2, Defect: PeerDefect.D4), "pos"),
        ("D5", new(PeerProtocol.Drain, Guests: 2, Defect: PeerDefect.D5), "crowd"),
        ("D3", new(PeerProtocol.Drain, Rounds: 2, Defect: PeerDefect.D3), "novel"),
        ("D2", new(PeerProtocol.Drain, Devices: 2, Defect: PeerDefect.D2), "pos"),
    ];

    public static TheoryData<string> Names => [.. Defects.Select(defect => defect.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Ten_thousand_schedules_find_the_defect_for_nineteen_seeds_of_twenty(string name)
    {
        var (_, options, strategy) = Defects.Single(defect => defect.Name == name);
        using var fixture = new PeerFixture(options);
        var firsts = Firsts(fixture, strategy);
        output.WriteLine($"{name} with {strategy}: {string.Join(' ', firsts)}");
        Assert.InRange(firsts.Count(first => first <= Most), Seeds - 1, Seeds);
    }

    /// <summary>Medians that count a search without success as one schedule more than it had.</summary>
    [Fact]
    [Trait("Category", "explore")]
    public void Partial_order_sampling_needs_fewer_schedules_than_uniform_walks_for_what_is_rare()
    {
        var table = new StringBuilder($"{"defect",-10}");
        table.AppendJoin("", Sampling.Select(strategy => $"{strategy,14}")).AppendLine();
        foreach (var (name, options, _) in Defects)
        {
            using var fixture = new PeerFixture(options);
            var firsts = Sampling.ToDictionary(strategy => strategy, strategy => Firsts(fixture, strategy));
            table.Append($"{name,-10}");
            foreach (string strategy in Sampling)
            {
                table.Append($"{$"{Median(firsts[strategy])} ({firsts[strategy].Count(first => first <= Most)})",14}");
            }

            table.AppendLine();
            if (name is "D2" or "D3" or "D4" or "D5")
            {
                Assert.True(Median(firsts["pos"]) < Median(firsts["random"]), table.ToString());
            }
        }

        output.WriteLine(table.ToString());
    }

    [Theory]
    [InlineData("pos")]
    [InlineData("crowd")]
    [InlineData("novel")]
    public void The_same_seed_makes_the_same_search_and_another_seed_another(string strategy)
    {
        using var fixture = new PeerFixture(new PeerOptions(PeerProtocol.Drain, Doorbells: 2, Defect: PeerDefect.D4));
        var one = fixture.Explore(Strategy.Parse(strategy, seed: 9), maxSchedules: 2_000);
        var same = fixture.Explore(Strategy.Parse(strategy, seed: 9), maxSchedules: 2_000);
        var other = fixture.Explore(Strategy.Parse(strategy, seed: 10_000), maxSchedules: 2_000);
        Assert.Equal(
            (one.Steps, one.DistinctTraces, one.Violations, one.FirstViolation!.Trace),
            (same.Steps, same.DistinctTraces, same.Violations, same.FirstViolation!.Trace));
        Assert.NotEqual((one.Steps, one.Violations), (other.Steps, other.Violations));
    }

    [Theory]
    [InlineData("pos")]
    [InlineData("crowd")]
    public void Schedule_n_of_a_sampled_seed_is_the_first_of_seed_n_later(string strategy)
    {
        using var fixture = new PeerFixture(new PeerOptions(PeerProtocol.Drain, Doorbells: 2, Defect: PeerDefect.D4));
        var found = fixture.Explore(Strategy.Parse(strategy, seed: 11), stop: true).FirstViolation!;
        Assert.True(found.Schedule > 1);
        Assert.Equal(11 + (ulong)found.Schedule - 1, found.Seed);
        var again = fixture.Explore(Strategy.Parse(strategy, found.Seed), maxSchedules: 1, stop: true).FirstViolation!;
        Assert.Equal((1, found.Seed, found.Trace), (again.Schedule, again.Seed, again.Trace));
        Assert.Equal(found.Choices, again.Choices);
    }

    [Theory]
    [InlineData("pos")]
    [InlineData("crowd")]
    [InlineData("novel")]
    public void A_fault_is_neither_always_nor_never_taken(string strategy)
    {
        const long Schedules = 1_000;
        var faults = new CountingFaults();
        using var fixture = new PeerFixture(new PeerOptions(PeerProtocol.Drain) { DropsPerLink = 1 });
        long withFault = 0;
        for (ulong seed = 1; seed <= Schedules; seed++)
        {
            faults.Seen = 0;
            fixture.Explorer.Explore(
                new Observed(fixture.World, faults), PeerFixture.Options(Strategy.Parse(strategy, seed), 1), CancellationToken.None);
            withFault += faults.Seen > 0 ? 1 : 0;
        }

        Assert.InRange(withFault, Schedules / 10, Schedules * 99 / 100);
    }

    /// <summary>A factor that the waiting messages give a receiver is never so large that another has no chance.</summary>
    [Theory]
    [InlineData(PeerProtocol.Translate, 1)]
    [InlineData(PeerProtocol.Memcpy, 2)]
    [InlineData(PeerProtocol.Ats, 1)]
    [InlineData(PeerProtocol.Drain, 1)]
    public void Crowd_comes_to_every_execution_of_a_small_world(PeerProtocol protocol, int rounds)
    {
        var options = new PeerOptions(protocol, Rounds: rounds);
        var all = PeerFixture.Explore(options, "dpor");
        var crowd = PeerFixture.Explore(options, "crowd", seed: 3, maxSchedules: 40_000);
        Assert.Equal(all.DistinctTraces, crowd.DistinctTraces);
    }

    /// <summary>One schedule in 300; partial-order sampling alone needs twice as many, uniform walks ten times.</summary>
    [Theory]
    [InlineData(2, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 1)]
    public void Crowd_hits_the_completion_for_every_guest_more_often_than_the_priorities_alone(int guests, int devices)
    {
        const long Schedules = 30_000;
        using var fixture = new PeerFixture(
            new PeerOptions(PeerProtocol.Drain, Guests: guests, Devices: devices, Defect: PeerDefect.D5) { StopsAtStale = true });
        long crowd = Hits("crowd");
        long pos = Hits("pos");
        output.WriteLine($"{guests}x{devices}: crowd {crowd}, pos {pos} of {Schedules}");
        Assert.True(crowd >= Schedules / 350, $"crowd {crowd}");
        Assert.True(2 * crowd > 3 * pos, $"crowd {crowd}, pos {pos}");

        long Hits(string strategy) => fixture.Explorer.Explore(
            fixture.World, PeerFixture.Options(Strategy.Parse(strategy, seed: 1), Schedules) with { CountDistinct = false },
            CancellationToken.None).Violations;
    }

    /// <summary>Every schedule goes through a state that none before it did, until there is no such state.</summary>
    [Theory]
    [InlineData(PeerProtocol.Translate)]
    [InlineData(PeerProtocol.Memcpy)]
    [InlineData(PeerProtocol.Ats)]
    [InlineData(PeerProtocol.Drain)]
    public void Novel_comes_to_every_execution_of_a_small_world(PeerProtocol protocol)
    {
        var options = new PeerOptions(protocol, Rounds: 2);
        var all = PeerFixture.Explore(options, "dpor");
        var some = PeerFixture.Explore(options, "novel", seed: 3, maxSchedules: all.Schedules);
        var random = PeerFixture.Explore(options, "random", seed: 3, maxSchedules: all.Schedules);
        var novel = PeerFixture.Explore(options, "novel", seed: 3, maxSchedules: 12 * all.Schedules);
        output.WriteLine($"{all.Schedules} executions; in as many schedules novel {some.DistinctTraces}, random {random.DistinctTraces}");
        Assert.Equal(all.DistinctTraces, novel.DistinctTraces);
        Assert.True(some.DistinctTraces > random.DistinctTraces * 5 / 4);
    }

    [Fact]
    public void Novel_goes_on_when_everything_is_known()
    {
        var result = PeerFixture.Explore(new PeerOptions(PeerProtocol.Memcpy), "novel", seed: 3, maxSchedules: 100);
        Assert.Equal((100, 5, ExploreEnd.Budget), (result.Schedules, result.DistinctTraces, result.End));
    }

    private static List<long> Firsts(PeerFixture fixture, string strategy)
    {
        var firsts = new List<long>();
        for (ulong search = 0; search < Seeds; search++)
        {
            var options = PeerFixture.Options(Strategy.Parse(strategy, search * 1_000_003), Most) with
            {
                StopAtViolation = true,
                CountDistinct = false,
            };
            var result = fixture.Explorer.Explore(fixture.World, options, CancellationToken.None);
            firsts.Add(result.FirstViolation?.Schedule ?? Most + 1);
        }

        return firsts;
    }

    private static long Median(List<long> values) => values.Order().ElementAt(values.Count / 2);

    private sealed class CountingFaults : IStepObserver
    {
        public int Seen { get; set; }

        public void Delivering(in Step step) => Seen += step.Lane.Fault == LaneFault.None ? 0 : 1;
    }

    private sealed class Observed(IWorld world, IStepObserver observer) : IWorld
    {
        public LaneFaults? Faults => world.Faults;

        public IStepObserver? Observer => observer;

        public void Begin(SimKernel kernel) => world.Begin(kernel);

        public string? Check() => world.Check();
    }
}
