using Akka.Actor;
using VIommuActors.Seeds;

namespace VIommuActors.Simulation.Tests;

public sealed class LaneSpec : IDisposable
{
    private readonly SimSystem _sim = SimSystem.Create("sim");

    public void Dispose() => _sim.Dispose();

    private SimKernel Kernel => _sim.Kernel;

    private IActorRef Actor(string name, Action<IUntypedActorContext, object> handle)
    {
        var actor = _sim.System.ActorOf(Act.Props(handle), name);
        Kernel.Register(actor);
        return actor;
    }

    [Fact]
    public void Every_step_handles_exactly_one_message()
    {
        int handled = 0;
        var seen = new List<int>();
        Kernel.BeginRun(FirstChoice.Instance, new OnStep(_ => seen.Add(handled)));
        var a = Actor("a", (_, _) => handled++);
        for (int i = 0; i < 5; i++)
        {
            a.Tell(i);
        }

        Kernel.ToEnd();
        Assert.Equal([0, 1, 2, 3, 4], seen);
        Assert.Equal(5, Kernel.Steps);
    }

    [Fact]
    public void Two_bursts_to_one_receiver_meet_in_every_order_that_keeps_each_sender_in_order()
    {
        // A merged queue would only ever show a1 a2 b1 b2 and b1 b2 a1 a2.
        var orders = new SortedSet<string>();
        string order = "";
        var receiver = Actor("r", (_, m) => order += m + " ");
        var a = Actor("a", (c, _) => { receiver.Tell("a1", c.Self); receiver.Tell("a2", c.Self); });
        var b = Actor("b", (c, _) => { receiver.Tell("b1", c.Self); receiver.Tell("b2", c.Self); });
        AllSchedules.Visit((choice, widths) =>
        {
            order = "";
            Kernel.BeginRun(choice, widths);
            a.Tell("go");
            b.Tell("go");
            Assert.Equal(RunEnd.Quiescent, Kernel.ToEnd());
            orders.Add(order);
        });
        Assert.Equal(
            ["a1 a2 b1 b2 ", "a1 b1 a2 b2 ", "a1 b1 b2 a2 ", "b1 a1 a2 b2 ", "b1 a1 b2 a2 ", "b1 b2 a1 a2 "],
            orders);
    }

    [Fact]
    public void Messages_from_outside_share_one_lane()
    {
        var got = new List<object>();
        var widths = new ChoiceWidths();
        Kernel.BeginRun(widths, widths);
        var a = Actor("a", (_, m) => got.Add(m));
        a.Tell(1);
        a.Tell(2, ActorRefs.NoSender);
        _ = a.Ask<int>(3);
        _ = a.Ask<int>(4);
        Kernel.ToEnd();
        Assert.Equal([1, 2, 3, 4], got);
        Assert.Empty(widths.Of);
    }

    [Fact]
    public void A_uniform_choice_is_uniform_over_lanes_not_over_receivers()
    {
        // Receiver "hub" has three lanes, "solo" one: the first step belongs to hub in 3 of 4 runs.
        int hubFirst = 0;
        string first = "";
        Action<IUntypedActorContext, object> note = (c, _) => first += first.Length == 0 ? c.Self.Path.Name : "";
        var hub = Actor("hub", note);
        var solo = Actor("solo", note);
        var senders = Enumerable.Range(0, 3).Select(i => Actor($"s{i}", (_, _) => { })).ToArray();
        for (ulong seed = 0; seed < 4000; seed++)
        {
            first = "";
            Kernel.BeginRun(new RandomChoice(seed), null);
            foreach (var sender in senders)
            {
                hub.Tell("x", sender);
            }

            solo.Tell("x");
            Kernel.ToEnd();
            hubFirst += first == "hub" ? 1 : 0;
        }

        Assert.InRange(hubFirst, 2850, 3150); // 3000 +- 5.5 standard deviations
    }

    [Fact]
    public void Lanes_are_offered_by_receiver_slot_then_sender_slot()
    {
        LaneId[] offered = [];
        var r1 = Actor("r1", (_, _) => { });
        var r2 = Actor("r2", (_, _) => { });
        var s1 = Actor("s1", (_, _) => { });
        var s2 = Actor("s2", (_, _) => { });
        Kernel.BeginRun(new ByLane(lanes => offered = offered.Length == 0 ? lanes : offered), null);
        r2.Tell("x", s2);
        r2.Tell("x", s1);
        r1.Tell("x", s2);
        r2.Tell("x");
        r1.Tell("x", r2);
        Kernel.ToEnd();
        int Slot(IActorRef actor) => Kernel.SlotOf(actor);
        Assert.Equal(
            [new(Slot(r1), Slot(r2)), new(Slot(r1), Slot(s2)), new(Slot(r2), 0), new(Slot(r2), Slot(s1)), new(Slot(r2), Slot(s2))],
            offered);
    }

    [Fact]
    public void Registered_actors_keep_their_order_however_spawning_and_first_messages_interleave()
    {
        string[] Trace(bool backwards)
        {
            Kernel.BeginWorld();
            var root = _sim.System.ActorOf(Act.Props((c, m) => c.ActorOf(Act.Props((_, _) => { }), (string)m)), backwards ? "w1" : "w0");
            var trace = new TextTrace();
            Kernel.BeginRun(FirstChoice.Instance, null);
            string[] names = ["x", "y", "z"];
            foreach (string name in backwards ? names.Reverse() : names)
            {
                root.Tell(name);
            }

            Kernel.ToEnd();
            var actors = names.Select(n => ((ActorRefWithCell)root).GetSingleChild(n)).ToArray();
            foreach (var actor in actors)
            {
                Kernel.Register(actor);
            }

            Kernel.BeginRun(new RandomChoice(7), trace);
            foreach (var actor in backwards ? actors.Reverse() : actors)
            {
                actor.Tell("hello");
            }

            Kernel.ToEnd();
            _sim.System.Stop(root);
            Kernel.EndWorld();
            return [.. trace.Lines.Select(l => l.Replace("w1", "w0", StringComparison.Ordinal))];
        }

        Assert.Equal(Trace(backwards: false), Trace(backwards: true));
    }

    [Fact]
    public void A_receiver_with_hundreds_of_senders_keeps_every_lane_in_order_and_delivers_everything()
    {
        const int senders = 300;
        var next = new int[senders];
        var hub = Actor("hub", (_, m) =>
        {
            var (from, number) = ((int, int))m;
            Assert.Equal(next[from]++, number);
        });
        var refs = Enumerable.Range(0, senders).Select(i => _sim.System.ActorOf(Act.Props((_, _) => { }), $"s{i}")).ToArray();
        var random = new SeededRandom(1);
        var sent = new int[senders];
        Kernel.BeginRun(new RandomChoice(1), null);
        for (int i = 0; i < 6000; i++)
        {
            int from = random.Next(senders); // unregistered: slots come in this random order, so lanes are inserted in the middle too
            if (i % 3 == 0)
            {
                Kernel.Register(refs[random.Next(senders)]);
            }

            hub.Tell((from, sent[from]++), refs[from]);
        }

        Assert.Equal(RunEnd.Quiescent, Kernel.ToEnd());
        Assert.Equal(sent, next);
        Assert.Equal(6000, Kernel.Steps);
    }

    [Fact]
    public void The_next_message_of_a_lane_can_be_looked_at_without_delivering_it()
    {
        var a = Actor("a", (_, _) => { });
        var b = Actor("b", (_, _) => { });
        Kernel.BeginRun(FirstChoice.Instance, null);
        a.Tell("first", b);
        a.Tell("second", b);
        var lane = new LaneId(Kernel.SlotOf(a), Kernel.SlotOf(b));
        Assert.True(Kernel.TryPeek(lane, out var message, out long cause));
        Assert.Equal("first", message);
        Assert.Equal(0, cause);
        Assert.False(Kernel.TryPeek(new LaneId(Kernel.SlotOf(a), 0), out _, out _));
        Kernel.ToEnd();
        Assert.False(Kernel.TryPeek(lane, out _, out _));
    }

    private sealed class ByLane(Action<LaneId[]> offered) : IChoice
    {
        public int Next(ReadOnlySpan<LaneId> enabled)
        {
            offered(enabled.ToArray());
            return 0;
        }
    }
}
