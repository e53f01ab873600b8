using Akka.Actor;

namespace VIommuActors.Simulation.Tests;

/// <summary>Loss and doubling as choices on a lane.</summary>
public sealed class LaneFaultSpec : IDisposable
{
    private readonly SimSystem _sim = SimSystem.Create("sim");
    private readonly SortedSet<string> _orders = [];

    public void Dispose() => _sim.Dispose();

    [Fact]
    public void One_loss_a_lane_takes_any_one_message_or_none()
    {
        int runs = Visit(new LaneFaults((_, _, _) => true) { DropsPerLane = 1 });
        Assert.Equal(["1", "12", "2"], _orders);
        Assert.Equal(3, runs); // losing both would take two
    }

    [Fact]
    public void One_doubling_a_lane_repeats_a_message_before_the_next()
    {
        Visit(new LaneFaults((_, _, _) => true) { DuplicatesPerLane = 1 });
        Assert.Equal(["112", "12", "122"], _orders);
    }

    [Fact]
    public void A_doubled_message_can_be_lost_later()
    {
        Visit(new LaneFaults((_, _, message) => message is 1) { DropsPerLane = 1, DuplicatesPerLane = 1 });
        Assert.Equal(["112", "12", "2"], _orders);
    }

    [Fact]
    public void The_total_limits_all_lanes_together()
    {
        int runs = Visit(new LaneFaults((_, _, _) => true) { DropsPerLane = 2, Total = 1 });
        Assert.Equal(["1", "12", "2"], _orders);
        Assert.Equal(3, runs);
    }

    [Fact]
    public void Only_messages_that_the_rule_names_can_suffer()
    {
        int runs = Visit(new LaneFaults((_, _, message) => message is 3) { DropsPerLane = 1, DuplicatesPerLane = 1 });
        Assert.Equal(["12"], _orders);
        Assert.Equal(1, runs);
    }

    [Fact]
    public void A_lost_message_is_a_step_that_nobody_handles()
    {
        var steps = new List<LaneFault>();
        int handled = 0;
        var a = _sim.System.ActorOf(Act.Props((_, _) => handled++), "a");
        _sim.Kernel.Faults = new LaneFaults((_, _, _) => true) { DropsPerLane = 1 };
        _sim.Kernel.BeginRun(new RecordedChoice([1]), new OnStep(step => steps.Add(step.Lane.Fault)));
        a.Tell(1);
        a.Tell(2);
        Assert.Equal(RunEnd.Quiescent, _sim.Kernel.ToEnd());
        Assert.Equal([LaneFault.Drop, LaneFault.None], steps);
        Assert.Equal((1, 2L, 0), (handled, _sim.Kernel.Steps, _sim.Kernel.PendingMessages));
    }

    private int Visit(LaneFaults faults)
    {
        string order = "";
        var a = _sim.System.ActorOf(Act.Props((_, message) => order += message), "a");
        _sim.Kernel.Register(a);
        _sim.Kernel.Faults = faults;
        return AllSchedules.Visit((choice, widths) =>
        {
            order = "";
            _sim.Kernel.BeginRun(choice, widths);
            a.Tell(1);
            a.Tell(2);
            _sim.Kernel.ToEnd();
            _orders.Add(order);
        });
    }
}
