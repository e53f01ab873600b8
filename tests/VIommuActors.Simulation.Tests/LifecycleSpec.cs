using Akka.Actor;

namespace VIommuActors.Simulation.Tests;

/// <summary>What Akka promises about mailboxes and lifecycles holds under the kernel, in every schedule.</summary>
public sealed class LifecycleSpec : IDisposable
{
    private readonly SimSystem _sim = SimSystem.Create("sim");
    private readonly List<string> _log = [];

    public void Dispose() => _sim.Dispose();

    private SimKernel Kernel => _sim.Kernel;

    private IActorRef Actor(string name, Action<IUntypedActorContext, object> handle) => _sim.System.ActorOf(Act.Props(handle), name);

    [Fact]
    public void Unstashed_messages_come_first_in_their_own_order()
    {
        for (ulong seed = 0; seed < 50; seed++)
        {
            _log.Clear();
            Kernel.BeginRun(new RandomChoice(seed), null);
            var other = Actor($"other-{seed}", (_, _) => { });
            var stasher = _sim.System.ActorOf(Props.Create(() => new Stasher(_log)), $"stasher-{seed}");
            stasher.Tell("1", other);
            stasher.Tell("2", other);
            stasher.Tell("open", other);
            stasher.Tell("3", other);
            stasher.Tell("late", ActorRefs.NoSender);
            Kernel.ToEnd();
            // "late" has its own lane: stashed anywhere before "open", or handled anywhere after the unstashed ones.
            Assert.Equal(["1", "2", "3"], _log.Where(m => m != "late"));
            Assert.Equal(4, _log.Count);
            if (seed == 0)
            {
                Assert.Equal(0, Kernel.DeadLetters);
            }
        }
    }

    [Fact]
    public void Unstashed_messages_leave_no_choice_in_their_receiver()
    {
        var open = new List<(object Message, int Enabled)>();
        bool opened = false;
        Kernel.BeginRun(FirstChoice.Instance, new OnStep(s =>
        {
            if (opened)
            {
                open.Add((s.Message, s.Enabled));
            }

            opened |= s.Message is "open";
        }));
        var x = Actor("x", (_, _) => { });
        var y = Actor("y", (_, _) => { });
        Kernel.Register(x);
        Kernel.Register(y);
        var stasher = _sim.System.ActorOf(Props.Create(() => new Stasher(_log)), "stasher");
        stasher.Tell("1");
        stasher.Tell("2");
        stasher.Tell("open");
        stasher.Tell("x", x);
        stasher.Tell("y", y);
        Kernel.ToEnd();
        Assert.Equal([("1", 1), ("2", 1), ("x", 2), ("y", 1)], open);
    }

    [Fact]
    public void A_restart_keeps_the_waiting_messages_and_resets_the_actor()
    {
        Kernel.BeginRun(FirstChoice.Instance, null);
        var counter = _sim.System.ActorOf(Props.Create(() => new Counter(_log)), "counter");
        counter.Tell("add");
        counter.Tell("add");
        counter.Tell("fail");
        counter.Tell("add");
        Assert.Equal(RunEnd.Quiescent, Kernel.ToEnd());
        Assert.Equal(["1", "2", "restarted", "1"], _log);
        Assert.Equal(4, Kernel.Steps);
    }

    [Fact]
    public void Stopping_is_no_step_and_happens_before_any_further_message()
    {
        Kernel.BeginRun(FirstChoice.Instance, null);
        var parent = Actor("parent", (c, m) =>
        {
            var child = c.Child("child");
            if (m is "stop")
            {
                c.Stop(child);
                return;
            }

            child = c.ActorOf(Act.Props((_, mm) => _log.Add((string)mm)), "child");
            child.Tell("waits behind the choice", c.Self);
            c.Self.Tell("stop", c.Self);
        });
        Kernel.Register(parent); // slot before the child's: FirstChoice takes "stop" first
        parent.Tell("start");
        Kernel.ToEnd();
        Assert.Empty(_log);
        Assert.Equal((2, 1), (Kernel.Steps, Kernel.DeadLetters));
    }

    [Fact]
    public void A_poison_pill_waits_for_its_turn()
    {
        Kernel.BeginRun(FirstChoice.Instance, null);
        var a = Actor("a", (_, m) => _log.Add((string)m));
        a.Tell("before");
        a.Tell(PoisonPill.Instance);
        a.Tell("after");
        Kernel.ToEnd();
        Assert.Equal(["before"], _log);
        Assert.Equal((2, 1), (Kernel.Steps, Kernel.DeadLetters));
    }

    [Fact]
    public void A_death_is_told_after_the_last_message_of_the_dead()
    {
        var orders = new SortedSet<string>();
        int run = 0;
        AllSchedules.Visit((choice, widths) =>
        {
            Kernel.BeginWorld();
            Kernel.BeginRun(choice, widths);
            _log.Clear();
            var watcher = Actor($"watcher-{run++}", (c, m) =>
            {
                if (m is "start")
                {
                    var mortal = c.Watch(c.ActorOf(Act.Props((cc, _) =>
                    {
                        cc.Parent.Tell("last words", cc.Self);
                        cc.Stop(cc.Self);
                    }), "mortal"));
                    mortal.Tell("die", c.Self);
                    return;
                }

                _log.Add(m is Terminated ? "terminated" : (string)m);
            });
            watcher.Tell("start");
            watcher.Tell("meanwhile");
            Assert.Equal(RunEnd.Quiescent, Kernel.ToEnd());
            orders.Add(string.Join(' ', _log));
            _sim.System.Stop(watcher);
            Kernel.EndWorld();
        });
        Assert.Equal(
            ["last words meanwhile terminated", "last words terminated meanwhile", "meanwhile last words terminated"],
            orders);
    }

    [Fact]
    public void Event_stream_subscribers_get_what_is_published()
    {
        Kernel.BeginRun(FirstChoice.Instance, null);
        var a = Actor("a", (_, m) => _log.Add((string)m));
        _sim.System.EventStream.Subscribe(a, typeof(string));
        var b = Actor("b", (c, _) => c.System.EventStream.Publish("news"));
        b.Tell("go");
        Kernel.ToEnd();
        Assert.Equal(["news"], _log);
        Assert.Equal(2, Kernel.Steps); // Akka's own unsubscriber actor is not a choice
    }

    [Fact]
    public void Selections_and_routers_reach_their_actors()
    {
        Kernel.BeginRun(FirstChoice.Instance, null);
        _ = Actor("target", (_, m) => _log.Add($"selected {m}"));
        var pool = _sim.System.ActorOf(
            Act.Props((c, m) => _log.Add($"{c.Self.Path.Name} {m}")).WithRouter(new Akka.Routing.RoundRobinPool(2)), "pool");
        _sim.System.ActorSelection("/user/target").Tell("x");
        pool.Tell("1");
        pool.Tell("2");
        Kernel.ToEnd();
        Assert.Equal(["selected x", "$a 1", "$b 2"], _log.OrderBy(l => l[^1] == 'x' ? "" : l, StringComparer.Ordinal));
    }

    [Fact]
    public void Disposing_stops_every_actor()
    {
        bool stopped = false;
        var sim = SimSystem.Create("other");
        Action note = () => stopped = true;
        sim.System.ActorOf(Props.Create(() => new Last(note)), "last");
        sim.Dispose();
        Assert.True(stopped);
        Assert.True(sim.System.WhenTerminated.IsCompletedSuccessfully);
    }

    public sealed class Stasher : UntypedActor, IWithUnboundedStash
    {
        private readonly List<string> _log;
        private bool _open;

        public Stasher(List<string> log) => _log = log;

        public IStash Stash { get; set; } = null!;

        protected override void OnReceive(object message)
        {
            switch (message)
            {
                case "open":
                    _open = true;
                    Stash.UnstashAll();
                    break;
                case string text when _open:
                    _log.Add(text);
                    break;
                default:
                    Stash.Stash();
                    break;
            }
        }
    }

    public sealed class Counter : UntypedActor
    {
        private readonly List<string> _log;
        private int _count;

        public Counter(List<string> log) => _log = log;

        protected override void PostRestart(Exception reason) => _log.Add("restarted");

        protected override void OnReceive(object message)
        {
            if (message is "fail")
            {
                throw new InvalidDataException("on purpose");
            }

            _log.Add($"{++_count}");
        }
    }

    public sealed class Last : UntypedActor
    {
        private readonly Action _stopped;

        public Last(Action stopped) => _stopped = stopped;

        protected override void PostStop() => _stopped();

        protected override void OnReceive(object message)
        {
        }
    }
}
