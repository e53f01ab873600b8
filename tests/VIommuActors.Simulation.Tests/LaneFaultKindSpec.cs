using Akka.Actor;

namespace VIommuActors.Simulation.Tests;

/// <summary>Messages set aside, delayed, or replaced by a crash of their receiver, as choices on a lane.</summary>
public sealed class LaneFaultKindSpec : IDisposable
{
    private readonly SimSystem _sim = SimSystem.Create("sim");
    private readonly SortedSet<string> _orders = [];

    public void Dispose() => _sim.Dispose();

    private SimKernel Kernel => _sim.Kernel;

    [Fact]
    public void A_message_that_is_set_aside_can_be_overtaken_at_any_point()
    {
        Visit([1, 2, 3], Always(LaneFaultKinds.Reorder, reorders: 1));
        Assert.Equal(["123", "132", "213", "231"], _orders);
    }

    [Fact]
    public void Messages_set_aside_keep_their_own_order()
    {
        Visit([1, 2, 3], new LaneFaults((_, _, message) => message is not 3) { ReordersPerLane = 2 });
        Assert.Equal(["123", "132", "213", "231", "312"], _orders);
    }

    [Fact]
    public void A_message_set_aside_can_be_lost_but_not_set_aside_again()
    {
        int runs = Visit([1], new LaneFaults((_, _, _) => true) { ReordersPerLane = 5, DropsPerLane = 1 });
        Assert.Equal(["", "1"], _orders);
        Assert.Equal(4, runs); // delivered, lost, and each of these from aside
    }

    [Fact]
    public void The_step_that_sets_aside_is_the_cause_of_the_one_that_delivers_and_the_sender_stays_itself()
    {
        var steps = new List<Step>();
        var sender = _sim.System.ActorOf(Act.Props((_, _) => { }), "sender");
        IActorRef? seen = null;
        var a = _sim.System.ActorOf(Act.Props((context, _) => seen = context.Sender), "a");
        Kernel.Register(a);
        Kernel.Faults = Always(LaneFaultKinds.Reorder, reorders: 1);
        Kernel.BeginRun(new RecordedChoice([1]), new OnStep(steps.Add));
        a.Tell(1, sender);
        Assert.Equal(1, Kernel.PendingMessages);
        Assert.Equal(RunEnd.Quiescent, Kernel.ToEnd());

        int slot = Kernel.SlotOf(sender);
        Assert.Equal(
            [new LaneId(Kernel.SlotOf(a), slot, LaneFault.Reorder), new LaneId(Kernel.SlotOf(a), slot, LaneFault.None, Side: true)],
            steps.Select(step => step.Lane));
        Assert.Equal((0, 1), (steps[0].Cause, steps[1].Cause));
        Assert.Same(sender, seen);
        Assert.Equal(0, Kernel.PendingMessages);
    }

    [Fact]
    public void Side_lanes_are_seen_by_who_looks_at_waiting_messages()
    {
        var (a, sender) = (_sim.System.ActorOf(Act.Props((_, _) => { }), "a"), _sim.System.ActorOf(Act.Props((_, _) => { }), "sender"));
        Kernel.Register(a);
        Kernel.Faults = Always(LaneFaultKinds.Reorder, reorders: 1);
        Kernel.BeginRun(new RecordedChoice([1]), new OnStep(_ => Kernel.Stop()));
        a.Tell("aside", sender);
        a.Tell("main", sender);
        Assert.Equal(RunEnd.Stopped, Kernel.ToEnd());

        var main = new LaneId(Kernel.SlotOf(a), Kernel.SlotOf(sender));
        Assert.Equal(
            [new WaitingLane(main, 0, 0), new WaitingLane(main with { Side = true }, 1, 0)], Kernel.WaitingLanes());
        Assert.True(Kernel.TryPeek(main with { Side = true }, out object? message, out long cause));
        Assert.Equal(("aside", 1), (message, cause));
        Assert.True(Kernel.TryPeek(main, out message, out _));
        Assert.Equal("main", message);
        Assert.Equal(2, Kernel.DropPending());
    }

    [Fact]
    public void An_actor_that_waits_for_one_sender_takes_what_was_set_aside_of_that_sender_only()
    {
        var seen = new List<object>();
        var awaited = _sim.System.ActorOf(Act.Props((_, _) => { }), "awaited");
        var other = _sim.System.ActorOf(Act.Props((_, _) => { }), "other");
        IActorRef a = null!;
        a = _sim.System.ActorOf(
            Act.Props((_, message) =>
            {
                seen.Add(message);
                if (message is "wait")
                {
                    Kernel.Accept(a, awaited);
                }
            }),
            "a");
        Kernel.Register(a);
        Kernel.Register(awaited);
        Kernel.Register(other);
        Kernel.Faults = new LaneFaults((_, _, message) => message is "x1" or "y") { ReordersPerLane = 1 };

        // Both are set aside and "wait" is delivered: the two lanes of "awaited" are left.
        var widths = new ChoiceWidths();
        Kernel.BeginRun(new RecordedChoice([2, 4, 0], widths), widths);
        a.Tell("x1", awaited);
        a.Tell("x2", awaited);
        a.Tell("y", other);
        a.Tell("wait", a);
        Kernel.ToEnd();

        Assert.Equal(["wait", "x2", "x1"], seen);
        Assert.Equal(1, Kernel.PendingMessages);
        Kernel.DropPending();
    }

    [Fact]
    public void A_delayed_message_comes_back_after_the_delay_from_the_same_sender()
    {
        var steps = new List<Step>();
        var sender = _sim.System.ActorOf(Act.Props((_, _) => { }), "sender");
        IActorRef? seen = null;
        var a = _sim.System.ActorOf(Act.Props((context, _) => seen = context.Sender), "a");
        Kernel.Register(a);
        Kernel.Faults = Always(LaneFaultKinds.Delay, delays: 1);
        Kernel.BeginRun(new RecordedChoice([1]), new OnStep(steps.Add));
        a.Tell(1, sender);
        Assert.Equal(RunEnd.Quiescent, Kernel.ToEnd());

        Assert.Equal([LaneFault.Delay, LaneFault.None], steps.Select(step => step.Lane.Fault));
        Assert.Equal([(0L, 0L, 0L), (70L, 1L, 1L)], steps.Select(step => (step.TimeNs, step.Cause, step.Arrived)));
        Assert.Same(sender, seen);
    }

    [Theory]
    [InlineData(69, "21")]
    [InlineData(70, "21")]
    [InlineData(71, "12")]
    public void A_delayed_message_comes_behind_what_else_is_due_then(long dueNs, string order)
    {
        string seen = "";
        var a = _sim.System.ActorOf(Act.Props((_, message) => seen += message), "a");
        Kernel.Faults = new LaneFaults((_, _, message) => message is 1) { DelaysPerLane = 1, DelayNs = 70 };
        Kernel.BeginRun(new RecordedChoice([1]), null);
        a.Tell(1);
        Assert.Equal(RunEnd.TimeLimit, Kernel.ToEnd(maxTimeNs: 0));
        Kernel.DeliverAt(dueNs, a, 2, null); // scheduled after the delayed one was
        Kernel.ToEnd();
        Assert.Equal(order, seen);
    }

    [Fact]
    public void A_delay_beyond_the_end_of_time_never_ends()
    {
        var a = _sim.System.ActorOf(Act.Props((_, _) => { }), "a");
        Kernel.Faults = new LaneFaults((_, _, _) => true) { DelaysPerLane = 1, DelayNs = long.MaxValue };
        Kernel.BeginRun(new RecordedChoice([1]), null);
        a.Tell(1);
        Assert.Equal(RunEnd.TimeLimit, Kernel.ToEnd());
        Assert.Equal((1L, 1, 0), (Kernel.Steps, Kernel.PendingTimed, Kernel.PendingMessages));
    }

    [Fact]
    public void A_crash_takes_the_place_of_a_message()
    {
        int runs = Visit(
            [1, 2], new LaneFaults((_, _, _) => true) { CrashesPerReceiver = 1, CrashWith = _ => "x" });
        Assert.Equal(["12", "1x", "x2"], _orders);
        Assert.Equal(3, runs);
    }

    [Fact]
    public void A_receiver_crashes_as_often_as_its_budget_says_over_all_its_lanes()
    {
        string order = "";
        var senders = new[] { "b", "c" }.Select(name => _sim.System.ActorOf(Act.Props((_, _) => { }), name)).ToArray();
        var a = _sim.System.ActorOf(Act.Props((_, message) => order += message), "a");
        Kernel.Register(a);
        Kernel.Faults = new LaneFaults((_, _, _) => true) { CrashesPerReceiver = 1, CrashWith = _ => "x" };
        AllSchedules.Visit((choice, widths) =>
        {
            order = "";
            Kernel.BeginRun(choice, widths);
            a.Tell(1, senders[0]);
            a.Tell(2, senders[1]);
            Kernel.ToEnd();
            _orders.Add(order);
        });
        Assert.Equal(["12", "1x", "21", "2x", "x1", "x2"], _orders);
    }

    [Fact]
    public void The_step_of_a_crash_shows_what_is_handled_and_what_is_lost()
    {
        var seen = new List<(object Message, object? Replaced, IActorRef Sender)>();
        var a = _sim.System.ActorOf(Act.Props((_, _) => { }), "a");
        Kernel.Faults = new LaneFaults((_, _, _) => true) { CrashesPerReceiver = 1, CrashWith = _ => "x" };
        Kernel.BeginRun(new RecordedChoice([1]), new OnStep(step => seen.Add((step.Message, Kernel.Replaced, step.Sender))));
        a.Tell(1, a);
        a.Tell(2, a);
        Kernel.ToEnd();
        Assert.Equal([("x", 1, _sim.System.DeadLetters), (2, null, a)], seen);
    }

    [Fact]
    public void Kill_as_a_crash_stops_a_plain_actor_and_what_waits_for_it_goes_to_dead_letters()
    {
        int handled = 0;
        var a = _sim.System.ActorOf(Act.Props((_, _) => handled++), "a");
        Kernel.Faults = new LaneFaults((_, _, _) => true) { CrashesPerReceiver = 1, CrashWith = _ => Kill.Instance };
        Kernel.BeginRun(new RecordedChoice([1]), null);
        a.Tell(1);
        a.Tell(2);
        Kernel.ToEnd();
        Assert.Equal((0, 1L, 1L, 0), (handled, Kernel.Steps, Kernel.DeadLetters, Kernel.PendingMessages));
    }

    [Fact]
    public void A_receiver_without_a_crash_message_cannot_crash()
    {
        int runs = Visit([1, 2], new LaneFaults((_, _, _) => true) { CrashesPerReceiver = 9 });
        Assert.Equal(1, runs);
    }

    [Fact]
    public void A_rule_can_say_which_message_suffers_what()
    {
        Visit(
            [1, 2, 3],
            new LaneFaults((_, _, message) => message switch
            {
                1 => LaneFaultKinds.Drop,
                2 => LaneFaultKinds.Duplicate | LaneFaultKinds.Crash,
                _ => LaneFaultKinds.None,
            })
            {
                DropsPerLane = 9, DuplicatesPerLane = 1, ReordersPerLane = 9, DelaysPerLane = 9, CrashesPerReceiver = 1, CrashWith = _ => "x",
                Total = 1,
            });
        Assert.Equal(["1223", "123", "1x3", "23"], _orders.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_run_has_its_budgets_anew()
    {
        var faults = new LaneFaults((_, _, _) => true)
        {
            ReordersPerLane = 1, DelaysPerLane = 1, CrashesPerReceiver = 1, CrashWith = _ => "x",
        };
        int first = Visit([1, 2], faults);
        Assert.Equal(first, Visit([1, 2], faults));
    }

    [Fact]
    public void A_negative_delay_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new LaneFaults((_, _, _) => true) { DelayNs = -1 });

    private static LaneFaults Always(LaneFaultKinds kinds, int reorders = 0, int delays = 0) =>
        new((_, _, _) => kinds) { ReordersPerLane = reorders, DelaysPerLane = delays, DelayNs = 70 };

    private int Visit(object[] messages, LaneFaults faults)
    {
        string order = "";
        var a = _sim.System.ActorOf(Act.Props((_, message) => order += message));
        Kernel.Register(a);
        Kernel.Faults = faults;
        return AllSchedules.Visit((choice, widths) =>
        {
            order = "";
            Kernel.BeginRun(choice, widths);
            foreach (object message in messages)
            {
                a.Tell(message);
            }

            Kernel.ToEnd();
            _orders.Add(order);
        });
    }
}
