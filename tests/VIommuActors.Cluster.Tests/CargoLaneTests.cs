using CsCheck;
using VIommuActors.Cluster.Links;
using VIommuActors.Protocols.Messages;
using VIommuActors.Wire;
using VIommuActors.Wire.Messages;

namespace VIommuActors.Cluster.Tests;

/// <summary>What goes together, and what it waits for.</summary>
public sealed class CargoLaneTests
{
    [Fact]
    public void The_first_cargo_goes_at_once_and_the_next_when_it_has_been_taken()
    {
        var lane = new CargoLane();
        Assert.Null(lane.Add(Part(1, 1)));
        Assert.Equal([1], Machines(lane.Depart()));
        Assert.Null(lane.Add(Part(2, 1)));
        Assert.Null(lane.Add(Part(3, 1)));
        Assert.Null(lane.Depart());
        lane.Taken(1);
        Assert.Equal([2, 3], Machines(lane.Depart()));
        Assert.False(lane.IsIdle);
        lane.Taken(2);
        Assert.True(lane.IsIdle);
        Assert.Null(lane.Depart());
    }

    [Fact]
    public void A_full_load_waits_for_nothing()
    {
        var lane = new CargoLane();
        lane.Add(Part(1, 1));
        Assert.NotNull(lane.Depart());
        Assert.Null(lane.Add(Part(2, 64)));
        Assert.Null(lane.Depart());
        Assert.Null(lane.Add(Part(3, 64)));
        Assert.Equal([2, 3], Machines(lane.Depart()));
        lane.Add(Part(4, 64));
        lane.Add(Part(5, 60));
        Assert.Equal([4, 5], Machines(lane.Add(Part(6, 5))));
        Assert.Null(lane.Depart());
        lane.Taken(3);
        Assert.Equal([6], Machines(lane.Depart()));
    }

    [Fact]
    public void A_cargo_that_is_lost_keeps_the_next_one_back_until_the_second_tick()
    {
        var lane = new CargoLane();
        lane.Add(Part(1, 1));
        Assert.NotNull(lane.Depart());
        lane.Add(Part(2, 1));
        lane.Tick();
        Assert.Null(lane.Depart());
        lane.Tick();
        Assert.Equal([2], Machines(lane.Depart()));
        lane.Tick();
        lane.Tick();
        Assert.True(lane.IsIdle);
    }

    [Fact]
    public void A_word_of_a_cargo_that_was_never_sent_or_of_an_older_one_says_nothing()
    {
        var lane = new CargoLane();
        lane.Add(Part(1, 1));
        lane.Depart();
        lane.Taken(1);
        lane.Add(Part(2, 1));
        Assert.NotNull(lane.Depart());
        lane.Taken(1);
        lane.Taken(3);
        Assert.True(lane.IsWaiting);
        lane.Taken(long.MinValue);
        lane.Taken(2);
        Assert.False(lane.IsWaiting);
    }

    [Fact]
    public void Whatever_is_taken_or_lost_everything_goes_once_and_in_order_in_cargoes_that_fit() =>
        Gen.Select(Gen.Int[1, WireLimits.Frames], Gen.Int[0, 5]).Array[1, 300].Sample(steps =>
        {
            var lane = new CargoLane();
            var (went, sent, machines) = (new List<int>(), 0L, 0);
            foreach (var (frames, step) in steps)
            {
                if (step == 0) lane.Taken(sent);
                else if (step == 1) lane.Tick();
                else Went(lane.Add(Part(++machines, frames)));
                if (step % 2 == 0) Went(lane.Depart());
            }
            lane.Taken(sent);
            Went(lane.Depart());
            Assert.Equal(Enumerable.Range(1, machines), went);

            void Went(LinkCargo? cargo)
            {
                if (cargo is null) return;
                Assert.Equal(++sent, cargo.Number);
                Assert.InRange(cargo.Parts.Sum(part => part.Frames.Length), 1, WireLimits.CargoFrames);
                went.AddRange(Machines(cargo));
            }
        });

    private static IEnumerable<int> Machines(LinkCargo? cargo) => Assert.IsType<LinkCargo>(cargo).Parts.Select(part => part.Vm);

    private static CargoPart Part(int vm, int frames) => new(
        vm, vm,
        [.. Enumerable.Range(1, frames).Select(i => new LinkFrame(vm, 1, i, 0, new NodeId(1), new Wake(new NodeId(0), i), [], []))]);
}
