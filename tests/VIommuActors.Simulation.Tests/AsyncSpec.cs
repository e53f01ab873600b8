using Akka.Actor;

namespace VIommuActors.Simulation.Tests;

/// <summary>Async code in actors either stays inside the kernel or fails the run.</summary>
public sealed class AsyncSpec : IDisposable
{
    private readonly SimSystem _sim = SimSystem.Create("sim");
    private readonly List<string> _log = [];

    public void Dispose() => _sim.Dispose();

    private SimKernel Kernel => _sim.Kernel;

    private IActorRef Async(string name, Func<IActorContext, string, Task> handle) =>
        _sim.System.ActorOf(Props.Create(() => new AsyncAct(handle)), name);

    [Fact]
    public void Ask_inside_an_async_handler_keeps_its_sender_and_takes_no_other_message_meanwhile()
    {
        var asker = default(IActorRef);
        var enabled = new List<(string Message, int Enabled)>();
        Kernel.BeginRun(FirstChoice.Instance, new OnStep(s => enabled.Add((s.Message.ToString()!, s.Enabled))));
        var client = _sim.System.ActorOf(Act.Props((_, m) => _log.Add($"client got {m}")), "client");
        var server = _sim.System.ActorOf(Act.Props((c, m) => c.Sender.Tell($"answer to {m}", c.Self)), "server");
        asker = Async("asker", async (c, m) =>
        {
            _log.Add($"begin {m}");
            var timeout = new Cancelable(c.System.Scheduler, TimeSpan.FromMilliseconds(200));
            string answer = await server.Ask<string>(m, timeout.Token);
            _log.Add($"end {m}");
            c.Sender.Tell(answer, c.Self);
        });
        Kernel.Register(asker); // asked first whenever it could take a message
        asker.Tell("1", client);
        asker.Tell("2", client);
        Assert.Equal(RunEnd.Quiescent, Kernel.ToEnd());
        Assert.Equal(["begin 1", "end 1", "begin 2", "end 2"], _log.Where(l => !l.StartsWith("client", StringComparison.Ordinal)));
        Assert.Equal(["client got answer to 1", "client got answer to 2"], _log.Where(l => l.StartsWith("client", StringComparison.Ordinal)));
        Assert.Equal(("1", 1), enabled[1]); // the server's only: the asker waits, its second message is no choice
        Assert.Empty(Kernel.Escapes);
    }

    [Fact]
    public void An_ask_without_answer_times_out_in_virtual_time()
    {
        Kernel.BeginRun(FirstChoice.Instance, null);
        var silent = _sim.System.ActorOf(Act.Props((_, _) => { }), "silent");
        var asker = Async("asker", async (c, _) =>
        {
            using var timeout = new Cancelable(c.System.Scheduler, TimeSpan.FromMilliseconds(200));
            try
            {
                await silent.Ask<string>("hello", timeout.Token);
            }
            catch (TaskCanceledException)
            {
                _log.Add($"gave up at {Kernel.NowNs}");
            }
        });
        asker.Tell("go");
        Assert.Equal(RunEnd.Quiescent, Kernel.ToEnd());
        Assert.Equal(["gave up at 200000000"], _log);
        Assert.Empty(Kernel.Escapes);
    }

    [Fact]
    public void A_delay_on_the_virtual_clock_stays_inside()
    {
        Kernel.BeginRun(FirstChoice.Instance, null);
        var a = Async("a", async (c, m) =>
        {
            var self = c.Self;
            await Task.Delay(TimeSpan.FromSeconds(3), _sim.TimeProvider);
            _log.Add($"{m} at {Kernel.NowNs} in {(ReferenceEquals(self, c.Self) ? "the actor" : "nowhere")}");
        });
        a.Tell("x");
        a.Tell("y");
        Assert.Equal(RunEnd.Quiescent, Kernel.ToEnd());
        Assert.Equal(["x at 3000000000 in the actor", "y at 6000000000 in the actor"], _log);
        Assert.Empty(Kernel.Escapes);
    }

    [Fact]
    public void A_failed_async_handler_restarts_its_actor()
    {
        Kernel.BeginRun(FirstChoice.Instance, null);
        var a = Async("a", async (_, m) =>
        {
            await Task.Delay(TimeSpan.FromSeconds(1), _sim.TimeProvider);
            _log.Add(m);
            if (m == "fail")
            {
                throw new InvalidDataException("on purpose");
            }
        });
        a.Tell("fail");
        a.Tell("next");
        Assert.Equal(RunEnd.Quiescent, Kernel.ToEnd());
        Assert.Equal(["fail", "next"], _log);
    }

    [Fact]
    public void Piping_with_the_captured_scheduler_stays_inside()
    {
        Kernel.BeginRun(FirstChoice.Instance, null);
        var server = _sim.System.ActorOf(Act.Props((c, _) => c.Sender.Tell("answer", c.Self)), "server");
        var a = _sim.System.ActorOf(Act.Props((c, m) =>
        {
            if (m is "go")
            {
                server.Ask<string>("question", CancellationToken.None).PipeTo(c.Self, useConfigureAwait: true);
            }
            else
            {
                _log.Add((string)m);
            }
        }), "a");
        a.Tell("go");
        Assert.Equal(RunEnd.Quiescent, Kernel.ToEnd());
        Assert.Equal(["answer"], _log);
        Assert.Empty(Kernel.Escapes);
    }

    [Fact]
    public void A_task_on_the_pool_that_tells_an_actor_fails_the_run()
    {
        using var told = new ManualResetEventSlim();
        Kernel.BeginRun(FirstChoice.Instance, null);
        var a = _sim.System.ActorOf(Act.Props((c, m) =>
        {
            var self = c.Self;
            Task.Run(() => { self.Tell(42, ActorRefs.NoSender); told.Set(); });
            told.Wait(); // or the run could end before the pool gets to it
        }), "a");
        a.Tell("go");
        var error = Assert.Throws<SimEscapeException>(() => Kernel.ToEnd());
        Assert.Equal(["Int32 to /user/a"], Kernel.Escapes);
        Assert.Contains("Int32 to /user/a", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Plain_piping_fails_the_run()
    {
        Kernel.BeginRun(FirstChoice.Instance, null);
        var server = _sim.System.ActorOf(Act.Props((c, _) => c.Sender.Tell("answer", c.Self)), "server");
        var a = _sim.System.ActorOf(Act.Props((c, m) =>
        {
            if (m is "go")
            {
                server.Ask<string>("question", CancellationToken.None).PipeTo(c.Self);
            }
        }), "a");
        a.Tell("go");
        var error = Record.Exception(() =>
        {
            Kernel.ToEnd();
            Assert.True(SpinWait.SpinUntil(() => Kernel.Escapes.Count > 0, TimeSpan.FromSeconds(30)), "the pool never answered");
            Kernel.BeginRun(FirstChoice.Instance, null); // an escape after the end of a run fails the next
        });
        Assert.IsType<SimEscapeException>(error);
        Assert.Equal(["String to /user/a"], Kernel.Escapes);
    }

    [Fact]
    public void An_escape_is_told_once_and_the_system_can_be_used_again()
    {
        Kernel.BeginRun(FirstChoice.Instance, null);
        var a = _sim.System.ActorOf(Act.Props((_, m) => _log.Add((string)m)), "a");
        Kernel.RunMisc(); // a top-level actor is started; before, Akka keeps its messages aside
        var thread = new Thread(() => a.Tell("from elsewhere"));
        thread.Start();
        thread.Join();
        Assert.Throws<SimEscapeException>(() => Kernel.ToEnd());
        Kernel.BeginRun(FirstChoice.Instance, null);
        a.Tell("from here");
        Assert.Equal(RunEnd.Quiescent, Kernel.ToEnd());
        Assert.Equal(["from here"], _log);
    }

    [Fact]
    public void Awaiting_something_that_completes_on_the_pool_fails_the_run()
    {
        using var gate = new ManualResetEventSlim();
        Kernel.BeginRun(FirstChoice.Instance, null);
        var a = Async("a", async (_, _) => await Task.Run(gate.Wait));
        a.Tell("go");
        var error = Record.Exception(() =>
        {
            Kernel.ToEnd();
            gate.Set();
            Assert.True(SpinWait.SpinUntil(() => Kernel.Escapes.Count > 0, TimeSpan.FromSeconds(30)), "the pool never answered");
            Kernel.BeginRun(FirstChoice.Instance, null);
        });
        Assert.IsType<SimEscapeException>(error);
        Assert.Contains("/user/a", Assert.Single(Kernel.Escapes.Distinct()), StringComparison.Ordinal);
    }

    public sealed class AsyncAct : ReceiveActor
    {
        public AsyncAct(Func<IActorContext, string, Task> handle) => ReceiveAsync<string>(m => handle(Context, m));
    }
}
