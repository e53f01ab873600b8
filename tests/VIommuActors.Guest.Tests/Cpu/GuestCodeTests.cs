#pragma warning disable xUnit1031 // guest code is no task: what is over hands out its value, what is not has none
using System.Runtime.CompilerServices;
using VIommuActors.Guest.Cpu;

namespace VIommuActors.Guest.Tests.Cpu;

public class GuestCodeTests
{
    [Fact]
    public void Code_that_waits_for_nothing_is_over_when_the_call_returns()
    {
        var code = Nothing();
        Assert.Same(GuestCode.Done, code);
        Assert.True(code.IsCompleted);
        code.GetResult();
    }

    [Fact]
    public void A_value_arrives_without_any_wait()
    {
        var code = Sum([]);
        Assert.True(code.IsCompleted);
        Assert.Equal(0, code.GetResult());
    }

    [Fact]
    public void Code_resumes_inside_the_call_that_ends_its_wait()
    {
        var signal = new Signal();
        var log = new List<string>();
        var code = Log(signal, log);
        Assert.Equal(["before"], log);
        log.Add("set");
        signal.Set(5);
        log.Add("returned");
        Assert.Equal(["before", "set", "after 5", "returned"], log);
        Assert.True(code.IsCompleted);
    }

    [Fact]
    public void No_ambient_scheduler_or_context_comes_between()
    {
        var signal = new Signal();
        var (outer, inner) = (new List<string>(), new List<string>());
        var context = new Refusing();
        var old = SynchronizationContext.Current;
        var task = new Task(() =>
        {
            // What a controlled dispatcher sets: both a task scheduler and a context that would carry continuations away.
            SynchronizationContext.SetSynchronizationContext(context);
            try
            {
                var code = Nested(signal, inner);
                Assert.False(code.IsCompleted);
                signal.Set(7);
                Assert.True(code.IsCompleted);
                outer.AddRange(inner);
            }
            finally
            {
                SynchronizationContext.SetSynchronizationContext(old);
            }
        });
        var scheduler = new Inline();
        task.RunSynchronously(scheduler);
        task.GetAwaiter().GetResult();
        Assert.Equal(["before", "after 7", "end"], outer);
        Assert.Equal((0, 1), (context.Posts, scheduler.Runs));
    }

    [Fact]
    public void A_failure_before_the_first_wait_is_kept_for_whoever_awaits()
    {
        var code = Fail(null);
        Assert.True(code.IsCompleted);
        Assert.IsType<GuestPanicException>(code.Failure);
        Assert.Throws<GuestPanicException>(code.GetResult);
    }

    [Fact]
    public void A_failure_travels_up_through_all_who_await()
    {
        var signal = new Signal();
        var log = new List<string>();
        var code = Caller(signal, log);
        Assert.False(code.IsCompleted);
        Assert.Null(code.Failure);
        signal.Set(0);
        Assert.Equal(["finally"], log);
        Assert.Equal("stop", Assert.Throws<GuestPanicException>(() => code.GetResult()).Message);
    }

    [Fact]
    public void A_failure_can_be_caught_by_guest_code()
    {
        var signal = new Signal();
        var code = Catcher(signal);
        signal.Set(0);
        Assert.Equal("stop", code.GetResult());
    }

    [Fact]
    public void Values_of_nested_code_that_waits_add_up()
    {
        Signal[] signals = [new(), new(), new()];
        var code = Sum(signals);
        for (var i = 0; i < signals.Length; i++)
        {
            Assert.False(code.IsCompleted);
            signals[i].Set(10UL * (ulong)(i + 1));
        }
        Assert.Equal(60, code.GetResult());
    }

    [Fact]
    public void Locals_survive_every_wait_of_a_loop()
    {
        var signals = Enumerable.Range(0, 100).Select(_ => new Signal()).ToArray();
        var code = Sum(signals);
        foreach (var signal in signals) signal.Set(1);
        Assert.Equal(100, code.GetResult());
    }

    [Fact]
    public void A_hundred_thousand_waits_that_are_over_at_once_need_no_stack()
    {
        var signals = new Signal[100_000];
        Array.Fill(signals, Set(1));
        Assert.Equal(100_000, Sum(signals).GetResult());
    }

    [Fact]
    public void One_piece_of_code_runs_beside_another_in_any_order_of_their_waits()
    {
        var (first, second) = (new Signal(), new Signal());
        var log = new List<string>();
        var one = Log(first, log);
        var two = Log(second, log);
        second.Set(2);
        Assert.Equal((false, true), (one.IsCompleted, two.IsCompleted));
        first.Set(1);
        Assert.Equal(["before", "before", "after 2", "after 1"], log);
    }

    [Fact]
    public void An_awaiter_that_only_knows_OnCompleted_will_do()
    {
        var plain = new Plain();
        var code = Await(plain);
        Assert.False(code.IsCompleted);
        plain.Continuation!();
        Assert.Equal(3, code.GetResult());

        static async GuestCode<int> Await(Plain plain)
        {
            await plain;
            return 3;
        }
    }

    [Fact]
    public void Waiting_for_nothing_yields_zero()
    {
        Assert.True(default(CpuWait).IsCompleted);
        Assert.Equal(0UL, default(CpuWait).GetResult());
    }

#pragma warning disable CS1998 // the point is that nothing is awaited
    private static async GuestCode Nothing()
    {
    }
#pragma warning restore CS1998

    private static Signal Set(ulong value)
    {
        var signal = new Signal();
        signal.Set(value);
        return signal;
    }

    private static async GuestCode Log(Signal signal, List<string> log)
    {
        log.Add("before");
        log.Add($"after {await signal.Wait()}");
    }

    private static async GuestCode Nested(Signal signal, List<string> log)
    {
        await Log(signal, log);
        log.Add("end");
    }

    private static async GuestCode Fail(Signal? signal)
    {
        if (signal is not null) await signal.Wait();
        throw new GuestPanicException("stop");
    }

    private static async GuestCode<int> Caller(Signal signal, List<string> log)
    {
        try
        {
            await Fail(signal);
            return 1;
        }
        finally
        {
            log.Add("finally");
        }
    }

    private static async GuestCode<string> Catcher(Signal signal)
    {
        try
        {
            await Fail(signal);
            return "no failure";
        }
        catch (GuestPanicException e)
        {
            return e.Message;
        }
    }

    private static async GuestCode<int> Sum(Signal[] signals)
    {
        var sum = 0;
        foreach (var signal in signals) sum += await One(signal);
        return sum;
    }

    private static async GuestCode<int> One(Signal signal) => (int)await signal.Wait();

    private sealed class Signal : ICpuWaitOwner
    {
        private Action? _continuation;
        private ulong _value;

        public bool HasHappened { get; private set; }

        public ulong TakeValue() => _value;

        public void WhenHappened(Action continuation) => _continuation = continuation;

        public CpuWait Wait() => new(this);

        public void Set(ulong value)
        {
            HasHappened = true;
            _value = value;
            _continuation?.Invoke();
        }
    }

    private sealed class Plain : INotifyCompletion
    {
        public Action? Continuation { get; private set; }

        public bool IsCompleted => false;

        public Plain GetAwaiter() => this;

        public void GetResult()
        {
        }

        public void OnCompleted(Action continuation) => Continuation = continuation;
    }

    private sealed class Refusing : SynchronizationContext
    {
        public int Posts { get; private set; }

        public override void Post(SendOrPostCallback d, object? state) => Posts++;

        public override void Send(SendOrPostCallback d, object? state) => Posts++;
    }

    private sealed class Inline : TaskScheduler
    {
        public int Runs { get; private set; }

        protected override IEnumerable<Task> GetScheduledTasks() => [];

        protected override void QueueTask(Task task) => Runs++;

        protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued)
        {
            Runs++;
            return TryExecuteTask(task);
        }
    }
}
