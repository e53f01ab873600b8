using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Akka.Actor;

namespace VIommuActors.Simulation.Tests;

/// <summary>The same seed gives the same trace, line by line, whatever the actors do and whichever process runs them.</summary>
public sealed class DeterminismSpec : IDisposable
{
    private const int Seeds = 300;
    private readonly SimSystem _sim = SimSystem.Create("sim");

    public void Dispose() => _sim.Dispose();

    [Fact]
    public void A_seed_gives_one_trace_and_its_recorded_choices_give_it_again()
    {
        var distinct = new HashSet<string>();
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        long steps = 0;
        for (int seed = 0; seed < Seeds; seed++)
        {
            var recorded = new RecordedChoice(new RandomChoice((ulong)seed));
            var first = Trace(recorded);
            AssertSame(first, Trace(new RandomChoice((ulong)seed)), $"seed {seed}, second run");
            var replay = new RecordedChoice(recorded.Taken);
            AssertSame(first, Trace(replay), $"seed {seed}, replay");
            Assert.True(replay.Followed);
            Assert.Equal(recorded.Taken, replay.Taken);
            string text = string.Join('\n', first);
            distinct.Add(text);
            digest.AppendData(Encoding.UTF8.GetBytes(text));
            steps += first.Count;
        }

        Assert.Equal(Seeds, distinct.Count);
        Assert.InRange(steps / Seeds, 80, 1000);
        Assert.Empty(_sim.Kernel.Escapes);

        // String hashes differ from process to process; the digest must not. It changes only with the world below or Akka itself.
        Assert.Equal("df178cab02ef4bf2", Convert.ToHexStringLower(digest.GetHashAndReset())[..16]);
    }

    [Fact]
    public void The_world_of_this_test_exercises_what_it_claims_to()
    {
        var all = Enumerable.Range(0, 20).SelectMany(seed => Trace(new RandomChoice((ulong)seed))).ToList();
        string[] expected = ["timer", "ReceiveTimeout", "terminated", "restarted", "echoed", "rested", "news", "stashed", "scheduled", "selected"];
        Assert.All(expected, part => Assert.Contains(all, line => line.Contains(part, StringComparison.Ordinal)));
    }

    private static void AssertSame(List<string> expected, List<string> actual, string which)
    {
        for (int i = 0; i < Math.Min(expected.Count, actual.Count); i++)
        {
            Assert.True(expected[i] == actual[i], $"{which}: line {i} is '{actual[i]}' instead of '{expected[i]}'");
        }

        Assert.Equal(expected.Count, actual.Count);
    }

    private List<string> Trace(IChoice choice)
    {
        var kernel = _sim.Kernel;
        var trace = new TextTrace();
        kernel.BeginWorld();
        kernel.BeginRun(choice, trace);
        var boss = _sim.System.ActorOf(Props.Create(() => new Boss(_sim.TimeProvider)), "boss");
        kernel.Register(boss);
        for (int i = 0; i < 6; i++)
        {
            boss.Tell(new Job(i));
        }

        kernel.Run(1_000, 150_000_000, CancellationToken.None);
        trace.Lines.Add(string.Create(
            CultureInfo.InvariantCulture,
            $"end {kernel.NowNs} steps={kernel.Steps} dead={kernel.DeadLetters} unhandled={kernel.UnhandledMessages}"));
        _sim.System.Stop(boss);
        kernel.EndWorld();
        return trace.Lines;
    }

    private sealed record Job(int Number);

    private sealed record Note(string Text);

    private sealed class Boss : ReceiveActor
    {
        private readonly TimeProvider _time;
        private int _hired;

        public Boss(TimeProvider time)
        {
            _time = time;
            Receive<Job>(j =>
            {
                foreach (string name in new[] { "w0", "w1", "w2", "w3" })
                {
                    Context.Child(name).Tell(j);
                }

                Context.ActorSelection("../boss/echo").Tell(new Note("selected"));
            });
            Receive<Terminated>(_ => Hire($"spare{_hired++}"));
            Receive<Note>(_ => { });
        }

        protected override void PreStart()
        {
            Context.ActorOf(Props.Create(() => new Echo()), "echo");
            for (int i = 0; i < 4; i++)
            {
                Hire($"w{i}");
            }

            Context.System.EventStream.Subscribe(Self, typeof(Note));
        }

        protected override void PostStop() => Context.System.EventStream.Unsubscribe(Self);

        protected override SupervisorStrategy SupervisorStrategy() =>
            new OneForOneStrategy(5, TimeSpan.FromMinutes(1), e => e is InvalidDataException ? Directive.Restart : Directive.Escalate);

        private void Hire(string name)
        {
            var echo = Context.Child("echo");
            Context.Watch(Context.ActorOf(Props.Create(() => new Worker(echo, _time)), name)).Tell(new Note("welcome"));
        }
    }

    private sealed class Echo : ReceiveActor
    {
        public Echo() => ReceiveAny(m => Sender.Tell(m, Self));
    }

    private sealed class Worker : ReceiveActor, IWithTimers, IWithStash
    {
        private int _ticks;

        public Worker(IActorRef echo, TimeProvider time)
        {
            Receive<Job>(j => j.Number == 2, _ => throw new InvalidDataException("on purpose"));
            Receive<Job>(j => j.Number == 5, _ => Context.Stop(Self));
            Receive<Job>(j => j.Number == 3, _ => BecomeStacked(Closed));
            ReceiveAsync<Job>(j => j.Number == 1, async j =>
            {
                var timeout = new Cancelable(Context.System.Scheduler, TimeSpan.FromMilliseconds(30));
                var answer = await echo.Ask<Job>(j, timeout.Token);
                Context.Parent.Tell(new Note($"echoed {answer.Number}"));
            });
            ReceiveAsync<Job>(j => j.Number == 4, async _ =>
            {
                await Task.Delay(TimeSpan.FromMilliseconds(4), time);
                Context.Parent.Tell(new Note("rested"));
                Context.System.EventStream.Publish(new Note("news"));
            });
#pragma warning disable AK1004 // timers would be better style; here the scheduler itself is under test
            Receive<Job>(j => Context.System.Scheduler.ScheduleTellOnce(TimeSpan.FromMilliseconds(j.Number), Self, new Note("scheduled"), Self));
#pragma warning restore AK1004
            Receive<Note>(n => n.Text == "scheduled", n => Context.Parent.Tell(n));
            Receive<string>(s => s == "tick" && ++_ticks == 3, _ => Timers.CancelAll());
            Receive<ReceiveTimeout>(_ =>
            {
                Context.SetReceiveTimeout(null);
                Context.Parent.Tell(new Note("idle"));
            });
        }

        public ITimerScheduler Timers { get; set; } = null!;

        public IStash Stash { get; set; } = null!;

        protected override void PreStart()
        {
            Timers.StartPeriodicTimer("tick", "tick", TimeSpan.FromMilliseconds(10));
            Context.SetReceiveTimeout(TimeSpan.FromMilliseconds(35));
        }

        protected override void PostRestart(Exception reason)
        {
            base.PostRestart(reason);
            Context.Parent.Tell(new Note("restarted"));
        }

        private void Closed()
        {
            Timers.StartSingleTimer("open", "open", TimeSpan.FromMilliseconds(5));
            Receive<string>(s => s == "open", _ =>
            {
                UnbecomeStacked();
                Stash.UnstashAll();
            });
            ReceiveAny(m =>
            {
                Stash.Stash();
                Context.Parent.Tell(new Note($"stashed {m}"));
            });
        }
    }
}
