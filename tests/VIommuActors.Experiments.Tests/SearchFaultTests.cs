using System.Collections.Immutable;
using VIommuActors.Experiments.Exploring;
using VIommuActors.Exploration;
using VIommuActors.Exploration.Strategies;
using VIommuActors.Scenarios.Model;
using VIommuActors.Simulation;
using VIommuActors.Trace;

namespace VIommuActors.Experiments.Tests;

/// <summary>Faults and crashes that a search places by itself.</summary>
public sealed class SearchFaultTests
{
    private const string DrainMessages = "Drain,DrainAck,DrainComplete,QueryCall,QueryReply,DrainCompleteReply";
    private const string Repeats = "protocols.drain.retransmit-ns=50000";

    [Theory]
    [InlineData("memcpy", "all", "all")]
    [InlineData("memcpy", "crash", "dummy-viommu")]
    [InlineData("ats", "duplicate,reorder,delay", "all")]
    [InlineData("ats", "drop,crash", "all")]
    [InlineData("ats", "crash", "dummy-viommu")]
    [InlineData("drain", "drop", "all")]
    [InlineData("drain", "reorder", "all")]
    [InlineData("drain", "delay", "all")]
    [InlineData("drain", "crash", "vcpu")]
    public void No_single_fault_makes_a_design_unsafe_that_claims_safety_and_nothing_is_left_out(string protocol, string kinds, string on) =>
        Exhaust(protocol, kinds, on);

    [Theory]
    [Trait("Category", "explore")]
    [InlineData("drain", "duplicate", "all")]
    [InlineData("drain", "crash", "device")]
    public void No_single_fault_makes_the_drain_unsafe_and_nothing_is_left_out(string protocol, string kinds, string on) =>
        Exhaust(protocol, kinds, on);

    private static void Exhaust(string protocol, string kinds, string on)
    {
        var (result, found) = Search(protocol, new DporStrategy(), SearchFaults.Parse(1, kinds, on), schedules: 100_000);

        Assert.True(result.Complete, string.Join(' ', result.NotExplored));
        Assert.DoesNotContain(found.Keys, MachineWorld.IsSafety);
        var (without, _) = Search(protocol, new DporStrategy(), SearchFaults.Any(0), schedules: 100_000);
        Assert.True(result.DistinctTraces > without.DistinctTraces, "the faults changed nothing");
    }

    [Fact]
    public void Loss_and_crash_at_any_message_break_no_safety_in_drawn_schedules_of_the_drain()
    {
        var (result, found) = Search("drain", new RandomStrategy(1), SearchFaults.Any(1), schedules: 20_000);

        Assert.DoesNotContain(found.Keys, MachineWorld.IsSafety);
        Assert.True(found["lost-completion"] > 0);
        Assert.Equal(20_000, result.Schedules);
    }

    [Theory]
    [InlineData("drop")]
    [InlineData("duplicate,reorder,delay")]
    public void A_drain_that_repeats_itself_ends_whatever_happens_to_one_of_its_messages(string kinds)
    {
        var (result, found) = Search("drain", new DporStrategy(), SearchFaults.Parse(1, kinds, DrainMessages), 100_000, sets: Repeats);

        Assert.True(result.Complete, string.Join(' ', result.NotExplored));
        Assert.Empty(found);
    }

    [Theory]
    [InlineData("drain", Repeats)]
    [InlineData("drain", "protocols.drain.retransmit-ns=0")]
    [InlineData("ats", Repeats)]
    [InlineData("memcpy", Repeats)]
    public void Crashes_of_emulators_and_devices_neither_corrupt_nor_hang_however_they_follow_each_other(string protocol, string set)
    {
        foreach (var on in new[] { "dummy-viommu", "device", "dummy-viommu,device" })
        {
            var (_, found) = Search(
                protocol, new RandomStrategy(1), SearchFaults.Parse(4, "crash", on), schedules: 4_000, "peer-1x1x2", set);

            Assert.True(found.Count == 0, $"{on}: {string.Join(", ", found)}");
        }
    }

    [Fact]
    public void Drains_that_repeat_themselves_end_under_losses_and_crashes_of_their_emulator_at_once()
    {
        var faults = SearchFaults.Parse(3, null, DrainMessages + ",dummy-viommu");

        var (_, found) = Search("drain", new RandomStrategy(1), faults, schedules: 10_000, "peer-1x1x2", Repeats);

        Assert.Empty(found);
    }

    [Fact]
    public void A_panicked_guest_is_not_held_against_the_design()
    {
        using var system = SimSystem.Create("viommu");
        using var world = World(system, "drain", SearchFaults.Parse(1, "crash", "vcpu"));
        var panicked = 0;
        for (ulong seed = 1; seed <= 40; seed++)
        {
            var options = new ExploreOptions { Strategy = new RandomStrategy(seed), MaxSchedules = 1 };
            Assert.Equal(0, new Explorer(system.Kernel).Explore(world, options, CancellationToken.None).Violations);
            if (world.Figures!.Remarks.IsEmpty) continue;
            panicked++;
            Assert.Equal("guest 0 vCPU 0 stopped: the guest was made to panic", world.Figures.Remarks[0]);
            Assert.Equal((Verdict.Held, 0L), (world.Figures.Verdict, world.Figures.StoppedVcpus));
            Assert.Equal(world.Figures.Dmas, world.Figures.DmasDone + world.Figures.DmasFaulted + world.Figures.DmasAbandoned);
        }
        Assert.InRange(panicked, 5, 40);
    }

    [Fact]
    public void Crashes_excuse_no_stale_access()
    {
        var (_, found) = Search("translate", new DporStrategy(), SearchFaults.Parse(1, "crash", null), schedules: 10_000);
        Assert.True(found["stale-write"] > 0);
    }

    [Theory]
    [InlineData("drop", "lost")]
    [InlineData("duplicate", "doubled")]
    [InlineData("reorder", "reordered")]
    [InlineData("delay", "delayed")]
    [InlineData("crash", "crashed")]
    public void A_fault_is_remarked_upon_in_the_trace_with_the_message_it_struck(string kinds, string remark)
    {
        using var sink = new Remarks();
        using var system = SimSystem.Create("viommu");
        using var world = World(system, "drain", SearchFaults.Parse(1, kinds, "DrainAck,dummy-viommu"), trace: sink);
        var options = new ExploreOptions { Strategy = new RandomStrategy(3), MaxSchedules = 60, StopAtViolation = false };

        new Explorer(system.Kernel).Explore(world, options, CancellationToken.None);

        var notes = sink.Notes();
        Assert.NotEmpty(notes);
        Assert.All(notes, note => Assert.Equal(remark, note.Name));
        Assert.DoesNotContain(notes, note => note.Struck == "Crash");
        if (kinds != "crash") Assert.All(notes, note => Assert.Equal("DrainAck", note.Struck));
    }

    [Fact]
    public void A_delay_outlasts_what_a_design_that_repeats_itself_would_wait()
    {
        using var system = SimSystem.Create("viommu");
        using var plain = World(system, "drain", SearchFaults.Any(1));
        using var slow = World(system, "drain", SearchFaults.Any(1), sets: "protocols.drain.retransmit-ns=700000");
        Assert.Equal((100_000, 1_400_000), (plain.DelayNs, slow.DelayNs));
    }

    [Fact]
    public void Kinds_and_targets_are_read_as_they_are_written()
    {
        Assert.Equal(LaneFaultKinds.All, SearchFaults.Parse(2, null, null).Kinds);
        Assert.Equal(LaneFaultKinds.All, SearchFaults.Parse(2, "all", "all").Kinds);
        var some = SearchFaults.Parse(2, "drop, crash", "device,DrainAck,device");
        Assert.Equal((2, LaneFaultKinds.Drop | LaneFaultKinds.Crash), (some.Budget, some.Kinds));
        Assert.Equal(["device", "DrainAck"], some.On.AsEnumerable());
    }

    [Theory]
    [InlineData("loss", null, "\"loss\" is no kind of fault; accepted: all, drop, duplicate, reorder, delay, crash")]
    [InlineData("", null, "\"\" is no kind of fault")]
    [InlineData("drop,,crash", null, "\"\" is no kind of fault")]
    [InlineData(null, "MmioDone", "\"MmioDone\" is no message that can be lost or party that can crash; accepted: all, ")]
    [InlineData(null, "viommu", "dummy-viommu, device, vcpu")]
    [InlineData("crash", "DrainAck", "a crash strikes parties, and DrainAck names none; accepted: dummy-viommu, device, vcpu")]
    [InlineData("drop,delay", "vcpu", "drop,delay strike messages, and vcpu names none; accepted: AtsTranslate, ")]
    public void Kinds_and_targets_that_mean_nothing_are_refused_with_what_is_accepted(string? kinds, string? on, string part)
    {
        var error = Assert.Throws<FormatException>(() => SearchFaults.Parse(1, kinds, on));
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_negative_budget_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => SearchFaults.Parse(-1, null, null));

    private static MachineWorld World(
        SimSystem system, string protocol, SearchFaults faults, string scenario = "peer-1x1x1", string? sets = null, ITraceSink? trace = null) =>
        new(system, Fixture.Load(scenario, sets is null ? [] : [sets]), protocol, seed: 1)
        {
            InjectedFaults = faults,
            MaxSteps = 100_000,
            Trace = trace,
        };

    private static (ExploreResult Result, ImmutableSortedDictionary<string, long> Found) Search(
        string protocol, IStrategy strategy, SearchFaults faults, long schedules, string scenario = "peer-1x1x1", string? sets = null)
    {
        using var system = SimSystem.Create("viommu");
        using var world = World(system, protocol, faults, scenario, sets);
        var result = new Explorer(system.Kernel).Explore(
            world,
            new ExploreOptions { Strategy = strategy, MaxSchedules = schedules, MaxSteps = 100_000, StopAtViolation = false },
            CancellationToken.None);
        return (result, result.ViolationsOf.ToImmutableSortedDictionary(StringComparer.Ordinal));
    }

    /// <summary>Writes the wires' remarks down, and nothing else.</summary>
    private sealed class Remarks : ITraceSink, IDisposable
    {
        private readonly MemoryStream _stream = new();
        private readonly TraceWriter _writer;
        private long _count;

        public Remarks() => _writer = new TraceWriter(_stream, new TraceHeader("faults", "drain", 1, "test"));

        public bool IsEnabled => true;

        public void Event(in TraceStep step)
        {
        }

        public void Note(long step, long timeNs, string by, ITraced remark)
        {
            if (by == "wire") _writer.Note(++_count, _count, by, remark);
        }

        /// <summary>Name of each remark and the message it is about.</summary>
        public List<(string Name, string Struck)> Notes()
        {
            _writer.Complete();
            var lines = new TraceReader(new MemoryStream(_stream.ToArray()), "faults").ReadToEnd();
            return [.. lines.OfType<TraceNote>().Select(note => (note.Name, note.Args.Single(arg => arg.Name == "msg").Text!))];
        }

        public void Dispose() => _writer.Dispose();
    }
}
