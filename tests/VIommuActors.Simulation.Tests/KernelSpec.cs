using Akka.Actor;

namespace VIommuActors.Simulation.Tests;

public sealed class KernelSpec : IDisposable
{
    private readonly SimSystem _sim = SimSystem.Create("sim");

    public void Dispose() => _sim.Dispose();

    private SimKernel Kernel => _sim.Kernel;

    private IActorRef Actor(string name, Action<IUntypedActorContext, object> handle) => _sim.System.ActorOf(Act.Props(handle), name);

    [Fact]
    public void A_run_ends_at_its_step_limit_and_can_go_on()
    {
        int handled = 0;
        Kernel.BeginRun(FirstChoice.Instance, null);
        var a = Actor("a", (c, _) => { handled++; c.Self.Tell("again", c.Self); });
        a.Tell("go");
        Assert.Equal(RunEnd.StepLimit, Kernel.Run(10, Running.NoLimit, CancellationToken.None));
        Assert.Equal(10, handled);
        Assert.Equal(RunEnd.StepLimit, Kernel.Run(15, Running.NoLimit, CancellationToken.None));
        Assert.Equal(15, handled);
        Assert.Equal(1, Kernel.DropPending());
    }

    [Fact]
    public void Stop_ends_the_run_after_the_current_step()
    {
        Kernel.BeginRun(FirstChoice.Instance, null);
        var a = Actor("a", (c, m) => { Kernel.Stop(); c.Self.Tell(m, c.Self); });
        a.Tell("go");
        Assert.Equal(RunEnd.Stopped, Kernel.ToEnd());
        Assert.Equal(1, Kernel.Steps);
        Assert.Equal(1, Kernel.PendingMessages);
        Kernel.DropPending();
    }

    [Fact]
    public void A_cancelled_token_ends_an_endless_run()
    {
        using var cancel = new CancellationTokenSource();
        Kernel.BeginRun(FirstChoice.Instance, null);
        var a = Actor("a", (c, m) =>
        {
            if (Kernel.Steps == 1000)
            {
                cancel.Cancel();
            }

            c.Self.Tell(m, c.Self);
        });
        a.Tell("go");
        Assert.Equal(RunEnd.Stopped, Kernel.Run(Running.NoLimit, Running.NoLimit, cancel.Token));
        Assert.InRange(Kernel.Steps, 1000, 1300);
        Kernel.DropPending();
    }

    [Fact]
    public void A_run_does_not_begin_while_messages_of_another_wait()
    {
        Kernel.BeginRun(FirstChoice.Instance, null);
        var a = Actor("a", (_, _) => { });
        a.Tell("left over");
        var error = Assert.Throws<InvalidOperationException>(() => Kernel.BeginRun(FirstChoice.Instance, null));
        Assert.Contains("/user/a", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, Kernel.DropPending());
        Kernel.BeginRun(FirstChoice.Instance, null);
        Assert.Equal(RunEnd.Quiescent, Kernel.ToEnd());
        Assert.Equal(0, Kernel.Steps);
    }

    [Fact]
    public void Every_step_knows_the_step_that_sent_its_message()
    {
        var causes = new List<(object Message, long Cause)>();
        Kernel.BeginRun(FirstChoice.Instance, new OnStep(s => causes.Add((s.Message, s.Cause))));
        var b = Actor("b", (_, _) => { });
        var a = Actor("a", (c, m) =>
        {
            b.Tell(m + "-now", c.Self);
            Kernel.DeliverAt(Kernel.NowNs + 10, b, m + "-timed", c.Self);
            c.System.Scheduler.ScheduleTellOnce(TimeSpan.FromTicks(1), b, m + "-scheduled", c.Self);
        });
        a.Tell("x");
        a.Tell("y");
        Kernel.ToEnd();
        Assert.Equal(
            [("x", 0), ("y", 0), ("x-now", 1), ("y-now", 2), ("x-timed", 1), ("y-timed", 2), ("x-scheduled", 1), ("y-scheduled", 2)],
            causes.OrderBy(c => ((string)c.Message).Contains('-') ? 1 : 0).ThenBy(c => causes.IndexOf(c)));
    }

    [Fact]
    public void Dead_letters_and_unhandled_messages_of_a_run_are_counted()
    {
        Kernel.BeginRun(FirstChoice.Instance, null);
        var a = _sim.System.ActorOf(Props.Create(() => new Deaf()), "a");
        a.Tell("not handled");
        a.Tell(PoisonPill.Instance);
        a.Tell("too late");
        Kernel.ToEnd();
        a.Tell("much too late");
        Assert.Equal((2, 1), (Kernel.DeadLetters, Kernel.UnhandledMessages));
        Kernel.BeginRun(FirstChoice.Instance, null);
        Assert.Equal((0, 0), (Kernel.DeadLetters, Kernel.UnhandledMessages));
    }

    [Fact]
    public void Touched_objects_reach_an_observer_that_wants_them_and_nobody_else()
    {
        var touches = new Touches();
        Kernel.BeginRun(FirstChoice.Instance, touches);
        var a = Actor("a", (_, m) => Kernel.Touch((long)m, write: true));
        a.Tell(7L);
        Kernel.ToEnd();
        Kernel.BeginRun(FirstChoice.Instance, null);
        a.Tell(8L);
        Kernel.ToEnd();
        Assert.Equal([(1L, 7L, true)], touches.Seen);
    }

    [Fact]
    public void Slots_of_a_world_are_forgotten_with_it_and_used_again()
    {
        int first = -1;
        var permanent = Actor("permanent", (_, _) => { });
        Kernel.Register(permanent);
        for (int world = 0; world < 50; world++)
        {
            Kernel.BeginWorld();
            Kernel.BeginRun(new RandomChoice((ulong)world), null);
            var root = Actor($"world-{world}", (c, _) => c.ActorOf(Act.Props((cc, _) => permanent.Tell("hi", cc.Self)), "child").Tell("go", c.Self));
            int slot = Kernel.Register(root);
            first = first < 0 ? slot : first;
            Assert.Equal(first, slot);
            root.Tell("go");
            Assert.Equal(RunEnd.Quiescent, Kernel.ToEnd());
            Assert.Equal(3, Kernel.Steps);
            _sim.System.Stop(root);
            Kernel.EndWorld();
        }
    }

    [Fact]
    public void A_world_does_not_end_while_one_of_its_actors_lives()
    {
        Kernel.BeginWorld();
        var root = Actor("root", (_, _) => { });
        Kernel.Register(root);
        var error = Assert.Throws<InvalidOperationException>(Kernel.EndWorld);
        Assert.Contains("/user/root", error.Message, StringComparison.Ordinal);
        _sim.System.Stop(root);
        Kernel.EndWorld();
    }

    [Fact]
    public void An_unfinished_world_can_be_abandoned()
    {
        Kernel.BeginWorld();
        Kernel.BeginRun(FirstChoice.Instance, null);
        var root = Actor("root", (c, m) => { c.Self.Tell(m, c.Self); Kernel.DeliverAt(Kernel.NowNs + 5, c.Self, m, c.Self); });
        root.Tell("go");
        Assert.Equal(RunEnd.StepLimit, Kernel.Run(20, Running.NoLimit, CancellationToken.None));
        _sim.System.Stop(root);
        Kernel.EndWorld();
        Assert.Equal((0, 0), (Kernel.PendingMessages, Kernel.PendingTimed));
    }

    [Fact]
    public void An_actor_must_not_drive_the_kernel()
    {
        Exception? thrown = null;
        Kernel.BeginRun(FirstChoice.Instance, null);
        var a = Actor("a", (_, _) => thrown = Record.Exception(Kernel.RunMisc));
        a.Tell("go");
        Kernel.ToEnd();
        Assert.IsType<InvalidOperationException>(thrown);
    }

    [Fact]
    public void A_strategy_that_chooses_a_lane_that_is_not_there_fails_the_run()
    {
        Kernel.BeginRun(new Wrong(), null);
        var a = Actor("a", (_, _) => { });
        var b = Actor("b", (_, _) => { });
        a.Tell("x");
        b.Tell("x");
        Assert.Throws<InvalidOperationException>(() => Kernel.ToEnd());
        Kernel.DropPending();
    }

    [Fact]
    public void After_an_observer_threw_the_system_can_be_used_again()
    {
        int handled = 0;
        var a = Actor("a", (_, _) => handled++);
        Kernel.BeginRun(FirstChoice.Instance, new OnStep(_ => throw new InvalidDataException("observer")));
        a.Tell("lost");
        a.Tell("dropped");
        Assert.Throws<InvalidDataException>(() => Kernel.ToEnd());
        Assert.Equal(1, Kernel.DropPending());
        Kernel.BeginRun(FirstChoice.Instance, null);
        a.Tell("works");
        Assert.Equal(RunEnd.Quiescent, Kernel.ToEnd());
        Assert.Equal(1, handled);
    }

    [Fact]
    public void A_delivered_message_allocates_nothing()
    {
        var message = new object();
        bool timed = false;
        void Bounce(IUntypedActorContext c, object m)
        {
            if (timed)
            {
                Kernel.DeliverAt(Kernel.NowNs + 3, c.Sender, m, c.Self);
            }
            else
            {
                c.Sender.Tell(m, c.Self);
            }
        }

        var a = Actor("a", Bounce);
        var b = Actor("b", Bounce);
        foreach (bool mode in new[] { false, true })
        {
            timed = mode;
            Kernel.BeginRun(new RandomChoice(1), null);
            a.Tell(message, b);
            b.Tell(message, a);
            Kernel.Run(1000, Running.NoLimit, CancellationToken.None);
            long before = GC.GetAllocatedBytesForCurrentThread();
            Kernel.Run(51_000, Running.NoLimit, CancellationToken.None);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 5_000); // the run itself, not its 50,000 messages
            Kernel.DropPending();
        }
    }

    public sealed class Deaf : UntypedActor
    {
        protected override void OnReceive(object message) => Unhandled(message);
    }

    private sealed class Wrong : IChoice
    {
        public int Next(ReadOnlySpan<LaneId> enabled) => enabled.Length;
    }

    private sealed class Touches : ITouchObserver
    {
        private long _step;

        public List<(long Step, long Object, bool Write)> Seen { get; } = [];

        public void Delivering(in Step step) => _step = step.Number;

        public void Touched(long sharedObject, bool write) => Seen.Add((_step, sharedObject, write));
    }
}
