using Akka.Actor;

namespace VIommuActors.Simulation.Tests;

public sealed class TimeSpec : IDisposable
{
    private readonly SimSystem _sim = SimSystem.Create("sim");
    private readonly List<(long TimeNs, object Message)> _seen = [];

    public void Dispose() => _sim.Dispose();

    private SimKernel Kernel => _sim.Kernel;

    private IActorRef Recorder(string name = "recorder") =>
        _sim.System.ActorOf(Act.Props((_, m) => _seen.Add((Kernel.NowNs, m))), name);

    private void Begin(IChoice? choice = null) => Kernel.BeginRun(choice ?? FirstChoice.Instance, null);

    [Fact]
    public void Timed_deliveries_come_in_order_of_time_then_of_the_calls()
    {
        Begin();
        var a = Recorder();
        Kernel.DeliverAt(30, a, "c", null);
        Kernel.DeliverAt(10, a, "a1", null);
        Kernel.DeliverAt(20, a, "b", null);
        Kernel.DeliverAt(10, a, "a2", null);
        Assert.Equal(RunEnd.Quiescent, Kernel.ToEnd());
        Assert.Equal([(10L, "a1"), (10L, "a2"), (20L, "b"), (30L, "c")], _seen);
    }

    [Fact]
    public void Time_stands_still_while_a_message_can_be_delivered()
    {
        Begin();
        var a = Recorder();
        var busy = _sim.System.ActorOf(Act.Props((c, m) =>
        {
            _seen.Add((Kernel.NowNs, m));
            if ((int)m < 3)
            {
                c.Self.Tell((int)m + 1, c.Self);
            }
        }), "busy");
        Kernel.DeliverAt(1, a, "timed", null);
        busy.Tell(1);
        Kernel.ToEnd();
        Assert.Equal([(0L, 1), (0L, 2), (0L, 3), (1L, "timed")], _seen);
    }

    [Fact]
    public void What_is_expedited_arrives_now_in_its_order_and_what_is_due_later_or_a_timer_stays()
    {
        Begin();
        var a = Recorder();
        Kernel.DeliverAt(30, a, "late", null);
        Kernel.DeliverAt(20, a, "b", null);
        Kernel.DeliverAt(10, a, "a", null);
        Kernel.Expedite(20);
        Kernel.ToEnd();
        Assert.Equal([(0L, "a"), (0L, "b"), (30L, "late")], _seen);

        _seen.Clear();
        Begin();
        _sim.System.Scheduler.ScheduleTellOnce(TimeSpan.FromMicroseconds(1), a, "timer", ActorRefs.NoSender);
        Kernel.DeliverAt(2_000, a, "behind it", null);
        Kernel.Expedite(long.MaxValue);
        Kernel.ToEnd();
        Assert.Equal([(1_000L, "timer"), (2_000L, "behind it")], _seen);
    }

    [Fact]
    public void What_is_expedited_keeps_the_step_that_sent_it()
    {
        var causes = new List<long>();
        var a = Recorder("end");
        var b = _sim.System.ActorOf(Act.Props((c, m) =>
        {
            if ((string)m == "send")
            {
                Kernel.DeliverAt(50, a, "sent", c.Self);
                c.Self.Tell("let go", c.Self);
            }
            else
            {
                Kernel.Expedite(100);
            }
        }), "sender");
        Kernel.BeginRun(FirstChoice.Instance, new Causes(causes));
        b.Tell("send");
        Kernel.ToEnd();
        Assert.Equal([0L, 1L, 1L], causes);
        Assert.Equal([(0L, "sent")], _seen);
    }

    private sealed class Causes(List<long> causes) : IStepObserver
    {
        public void Delivering(in Step step) => causes.Add(step.Cause);
    }

    [Fact]
    public void Deliveries_due_together_are_choices()
    {
        var orders = new SortedSet<string>();
        var a = Recorder("a");
        var b = Recorder("b");
        AllSchedules.Visit((choice, widths) =>
        {
            _seen.Clear();
            Kernel.BeginRun(choice, widths);
            Kernel.DeliverAt(5, a, "a1", null);
            Kernel.DeliverAt(5, b, "b1", null);
            Kernel.DeliverAt(5, a, "a2", null);
            Kernel.ToEnd();
            orders.Add(string.Join(' ', _seen.Select(s => s.Message)));
        });
        Assert.Equal(["a1 a2 b1", "a1 b1 a2", "b1 a1 a2"], orders);
    }

    [Fact]
    public void A_delivery_in_the_past_is_refused()
    {
        Begin();
        var a = Recorder();
        Kernel.DeliverAt(100, a, "x", null);
        Kernel.ToEnd();
        Assert.Throws<ArgumentOutOfRangeException>(() => Kernel.DeliverAt(99, a, "late", null));
    }

    [Fact]
    public void The_time_limit_leaves_later_deliveries_pending_and_the_run_can_go_on()
    {
        Begin();
        var a = Recorder();
        Kernel.DeliverAt(10, a, "x", null);
        Kernel.DeliverAt(11, a, "y", null);
        Assert.Equal(RunEnd.TimeLimit, Kernel.ToEnd(maxTimeNs: 10));
        Assert.Equal((10, 1), (Kernel.NowNs, Kernel.PendingTimed));
        Assert.Equal(RunEnd.Quiescent, Kernel.ToEnd(maxTimeNs: 11));
        Assert.Equal([(10L, "x"), (11L, "y")], _seen);
    }

    [Fact]
    public void Actor_timers_fire_in_virtual_time_and_a_cancelled_one_does_not_move_the_clock()
    {
        Begin();
        var timers = _sim.System.ActorOf(Props.Create(() => new Timers(_seen, Kernel)), "timers");
        timers.Tell("start");
        Assert.Equal(RunEnd.Quiescent, Kernel.ToEnd());
        Assert.Equal(
            [(0L, "start"), (7_000_000L, "single"), (10_000_000L, "tick"), (20_000_000L, "tick"), (30_000_000L, "tick")],
            _seen);
        Assert.Equal(30_000_000, Kernel.NowNs); // an hour's timer was cancelled
    }

    [Fact]
    public void A_receive_timeout_counts_from_the_last_message()
    {
        Begin();
        var a = _sim.System.ActorOf(Act.Props((c, m) =>
        {
            _seen.Add((Kernel.NowNs, m is ReceiveTimeout ? "timeout" : m));
            c.SetReceiveTimeout(m is ReceiveTimeout ? null : TimeSpan.FromMilliseconds(50));
        }), "a");
        a.Tell("first");
        Kernel.DeliverAt(35_000_000, a, "second", null);
        Assert.Equal(RunEnd.Quiescent, Kernel.ToEnd());
        Assert.Equal([(0L, "first"), (35_000_000L, "second"), (85_000_000L, "timeout")], _seen);
    }

    [Fact]
    public void Receive_timeouts_cancelled_by_every_message_do_not_pile_up()
    {
        Begin();
        var a = _sim.System.ActorOf(Act.Props((c, m) =>
        {
            c.SetReceiveTimeout(TimeSpan.FromHours(1));
            if (m is int n && n < 10_000)
            {
                Kernel.DeliverAt(Kernel.NowNs + 1, c.Self, n + 1, c.Self);
            }
            else
            {
                Kernel.Stop();
            }
        }), "a");
        a.Tell(0);
        Kernel.ToEnd();
        Assert.InRange(Kernel.PendingTimed, 1, 200);
    }

    [Fact]
    public void The_scheduler_tells_and_acts_once_and_repeatedly_until_cancelled()
    {
        Begin();
        var a = Recorder();
        var scheduler = _sim.System.Scheduler;
        using var repeated = new Cancelable(scheduler);
        scheduler.ScheduleTellRepeatedly(TimeSpan.FromTicks(1), TimeSpan.FromTicks(2), a, "repeated", ActorRefs.NoSender, repeated);
        scheduler.ScheduleTellOnce(TimeSpan.FromTicks(4), a, "once", ActorRefs.NoSender);
        scheduler.Advanced.ScheduleOnce(TimeSpan.FromTicks(6), repeated.Cancel);
        Assert.Equal(RunEnd.Quiescent, Kernel.ToEnd());
        Assert.Equal([(100L, "repeated"), (300L, "repeated"), (400L, "once"), (500L, "repeated")], _seen);
        Assert.Equal(VirtualScheduler.Epoch + TimeSpan.FromTicks(6), scheduler.Now);
        Assert.Equal(TimeSpan.FromTicks(6), scheduler.MonotonicClock);
    }

    [Fact]
    public void A_cancelable_with_a_delay_cancels_in_virtual_time()
    {
        long cancelledAt = -1;
        Begin();
        using var cancelable = new Cancelable(_sim.System.Scheduler, TimeSpan.FromHours(1));
        using var registration = cancelable.Token.Register(() => cancelledAt = Kernel.NowNs);
        Assert.Equal(RunEnd.Quiescent, Kernel.ToEnd());
        Assert.Equal(3_600_000_000_000, cancelledAt);
    }

    [Fact]
    public void A_scheduled_action_that_throws_is_listed_and_the_run_goes_on()
    {
        Begin();
        var a = Recorder();
        _sim.System.Scheduler.Advanced.ScheduleOnce(TimeSpan.FromTicks(1), () => throw new InvalidDataException("on purpose"));
        _sim.System.Scheduler.ScheduleTellOnce(TimeSpan.FromTicks(2), a, "next", ActorRefs.NoSender);
        Assert.Equal(RunEnd.Quiescent, Kernel.ToEnd());
        Assert.Equal([(200L, "next")], _seen);
        Assert.IsType<InvalidDataException>(Assert.Single(Kernel.CallbackErrors));
        Begin();
        Assert.Empty(Kernel.CallbackErrors);
    }

    [Fact]
    public void The_time_provider_shows_and_serves_virtual_time()
    {
        var provider = _sim.TimeProvider;
        var fired = new List<long>();
        Begin();
        using var timer = provider.CreateTimer(_ => fired.Add(Kernel.NowNs), null, TimeSpan.FromTicks(10), TimeSpan.FromTicks(5));
        using var stop = provider.CreateTimer(_ => timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan), null, TimeSpan.FromTicks(21), TimeSpan.Zero);
        Assert.Equal(RunEnd.Quiescent, Kernel.ToEnd());
        Assert.Equal([1000, 1500, 2000], fired);
        Assert.Equal(2100, provider.GetTimestamp());
        Assert.Equal(TimeSpan.FromTicks(21), provider.GetElapsedTime(0));
        Assert.Equal(VirtualScheduler.Epoch + TimeSpan.FromTicks(21), provider.GetUtcNow());
    }

    public sealed class Timers : UntypedActor, IWithTimers
    {
        private readonly List<(long, object)> _seen;
        private readonly SimKernel _kernel;
        private int _ticks;

        public Timers(List<(long, object)> seen, SimKernel kernel) => (_seen, _kernel) = (seen, kernel);

        public ITimerScheduler Timers_ { get; set; } = null!;

        ITimerScheduler IWithTimers.Timers { get => Timers_; set => Timers_ = value; }

        protected override void OnReceive(object message)
        {
            _seen.Add((_kernel.NowNs, message));
            switch (message)
            {
                case "start":
                    Timers_.StartPeriodicTimer("tick", "tick", TimeSpan.FromMilliseconds(10));
                    Timers_.StartSingleTimer("single", "single", TimeSpan.FromMilliseconds(7));
                    Timers_.StartSingleTimer("never", "never", TimeSpan.FromHours(1));
                    break;
                case "tick" when ++_ticks == 3:
                    Timers_.Cancel("tick");
                    Timers_.Cancel("never");
                    break;
            }
        }
    }
}
