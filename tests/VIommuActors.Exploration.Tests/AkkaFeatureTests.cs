using Akka.Actor;
using VIommuActors.Exploration.Strategies;
using VIommuActors.Simulation;

namespace VIommuActors.Exploration.Tests;

/// <summary>What Akka does between the messages is part of the steps: ask, async handlers, stash, timers, fresh actors.</summary>
public sealed class AkkaFeatureTests : IDisposable
{
    private readonly SimSystem _sim = SimSystem.Create("features");

    public void Dispose() => _sim.Dispose();

    [Fact]
    public void Two_clients_that_read_and_write_by_ask_can_lose_an_update()
    {
        var world = new FreshWorld(_sim, (context, results) =>
        {
            var server = context.ActorOf(Props.Create(() => new Counter(results)), "server");
            var one = context.ActorOf(Props.Create(() => new Client(server)), "one");
            var two = context.ActorOf(Props.Create(() => new Client(server)), "two");
            return [server, one, two];
        });
        AssertSameOutcomes(world, ["1 1", "1 2"]);
    }

    [Fact]
    public void A_stashing_actor_and_its_timer_end_in_the_outcomes_of_the_full_search()
    {
        var world = new FreshWorld(_sim, (context, results) =>
        {
            var gate = context.ActorOf(Props.Create(() => new Gate(results)), "gate");
            var left = context.ActorOf(Props.Create(() => new Sender(gate, "a", "open", "b")), "left");
            var right = context.ActorOf(Props.Create(() => new Sender(gate, "c", "d")), "right");
            return [gate, left, right];
        });
        AssertSameOutcomes(world, expected: null);
    }

    [Fact]
    public void An_actor_that_is_killed_at_any_of_its_messages_ends_in_the_outcomes_of_the_full_search()
    {
        var world = new FreshWorld(_sim, (context, results) =>
        {
            var server = context.ActorOf(Props.Create(() => new Notebook(results)), "server");
            var left = context.ActorOf(Props.Create(() => new Sender(server, "a", "b")), "left");
            var right = context.ActorOf(Props.Create(() => new Sender(server, "c")), "right");
            return [server, left, right];
        })
        {
            Faults = new LaneFaults((_, receiver, _) => receiver.Path.Name == "server")
            {
                CrashesPerReceiver = 1, CrashWith = _ => Kill.Instance,
            },
        };
        AssertSameOutcomes(world, ["", "a", "a b", "a b c", "a c", "a c b", "c", "c a", "c a b"]);
    }

    [Fact]
    public void What_waits_for_an_actor_that_stops_itself_is_also_tried_before_the_stop()
    {
        var world = new FreshWorld(_sim, (context, results) =>
        {
            var server = context.ActorOf(Props.Create(() => new Notebook(results)), "server");
            var left = context.ActorOf(Props.Create(() => new Sender(server, "stop")), "left");
            var right = context.ActorOf(Props.Create(() => new Sender(server, "c", "d")), "right");
            return [server, left, right];
        });
        AssertSameOutcomes(world, ["", "c", "c d"]);
    }

    private void AssertSameOutcomes(FreshWorld world, string[]? expected)
    {
        var explorer = new Explorer(_sim.Kernel);
        var dfs = explorer.Explore(world, PeerFixture.Options(new DfsStrategy(), 20_000), CancellationToken.None);
        string[] all = [.. world.Outcomes];
        world.Outcomes.Clear();
        var dpor = explorer.Explore(world, PeerFixture.Options(new DporStrategy(), 20_000), CancellationToken.None);
        Assert.True(dfs.Complete && dpor.Complete, string.Join(' ', dfs.NotExplored.Concat(dpor.NotExplored)));
        Assert.True(all.Length > 1);
        Assert.Equal(expected ?? all, all);
        Assert.Equal(all, world.Outcomes);
        Assert.True(dpor.Schedules < dfs.Schedules, $"{dpor.Schedules} of {dfs.Schedules}");
    }

    /// <summary>A world whose actors are created for every schedule, and told "go" if they are not the first.</summary>
    private sealed class FreshWorld(SimSystem sim, Func<IActorRefFactory, List<object>, IActorRef[]> build) : IWorld
    {
        private readonly List<object> _results = [];
        private IActorRef[] _actors = [];

        public LaneFaults? Faults { get; init; }

        public SortedSet<string> Outcomes { get; } = [];

        public void Begin(SimKernel kernel)
        {
            kernel.BeginWorld();
            _results.Clear();
            _actors = build(sim.System, _results);
            foreach (var actor in _actors)
            {
                kernel.Register(actor);
            }

            foreach (var actor in _actors.Skip(1))
            {
                actor.Tell("go", actor);
            }
        }

        public string? Check()
        {
            Outcomes.Add(string.Join(' ', _results));
            return null;
        }

        public void End(SimKernel kernel)
        {
            foreach (var actor in _actors)
            {
                sim.System.Stop(actor);
            }

            kernel.EndWorld();
        }
    }

    /// <summary>Answers "get", takes numbers and notes them.</summary>
    public sealed class Counter : ReceiveActor
    {
        private int _value;

        public Counter(List<object> results)
        {
            Receive<string>(_ => Sender.Tell(_value));
            Receive<int>(value =>
            {
                _value = value;
                results.Add(value);
            });
        }
    }

    /// <summary>Notes words until "stop".</summary>
    public sealed class Notebook : ReceiveActor
    {
        public Notebook(List<object> results)
        {
            Receive<string>(word => word == "stop", _ => Context.Stop(Self));
            Receive<string>(results.Add);
        }
    }

    /// <summary>Asks, waits, writes back one more.</summary>
    public sealed class Client : ReceiveActor
    {
        public Client(IActorRef server) =>
            ReceiveAsync<string>(async _ => server.Tell(await server.Ask<int>("get") + 1, Self));
    }

    /// <summary>Sends its words in order.</summary>
    public sealed class Sender : ReceiveActor
    {
        public Sender(IActorRef target, params string[] words) => Receive<string>(_ =>
        {
            foreach (string word in words)
            {
                target.Tell(word, Self);
            }
        });
    }

    /// <summary>Keeps words until "open"; a timer set by the first word says when that was too long ago.</summary>
    public sealed class Gate : ReceiveActor, IWithStash, IWithTimers
    {
        public Gate(List<object> results)
        {
            Receive<string>(word => word == "open", _ =>
            {
                Stash.UnstashAll();
                Become(() => ReceiveAny(results.Add));
            });
            ReceiveAny(_ =>
            {
                Timers.StartSingleTimer("late", "late", TimeSpan.FromMilliseconds(1));
                Stash.Stash();
            });
        }

        public IStash Stash { get; set; } = null!;

        public ITimerScheduler Timers { get; set; } = null!;
    }
}
