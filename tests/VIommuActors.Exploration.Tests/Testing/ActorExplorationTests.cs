using Akka.Actor;
using VIommuActors.Exploration.Testing;
using VIommuActors.Simulation;

namespace VIommuActors.Exploration.Tests.Testing;

public sealed class ActorExplorationTests
{
    [Theory]
    [InlineData("random")]
    [InlineData("pct:3")]
    [InlineData("dfs")]
    [InlineData("dpor")]
    public void Every_strategy_finds_an_order_and_its_replay_fails_alike(string strategy)
    {
        var failed = Assert.Throws<ExplorationFailedException>(
            () => ActorExploration.Check(Order("12"), new ActorExplorationOptions { Strategy = strategy, Name = "order" }));
        var failure = failed.Failure;
        Assert.Equal(("order", "21 is wrong", strategy), (failure.Name, failure.Property, failure.Strategy));
        Assert.Equal($"EXPLORE_REPLAY='order={string.Join(',', failure.Choices)}'", failure.Replay);

        string variable = failure.Replay!.Split('\'')[1];
        var again = Assert.Throws<ExplorationFailedException>(
            () => ActorExploration.Run(Order("12"), new ActorExplorationOptions { Name = "order" }, "", variable));
        Assert.Equal((failure.Property, failure.Chart, "replay"), (again.Failure.Property, again.Failure.Chart, again.Failure.Strategy));
        Assert.Equal(failure.Choices, again.Failure.Choices);
    }

    [Fact]
    public void The_environment_variable_replays_the_program_that_it_names()
    {
        const string name = "the one that the variable names";
        Environment.SetEnvironmentVariable(ActorExploration.ReplayVariable, $"{name}=0,0");
        try
        {
            Assert.Equal(1, ActorExploration.Check(Order("12"), new ActorExplorationOptions { Name = name }).Schedules);
        }
        finally
        {
            Environment.SetEnvironmentVariable(ActorExploration.ReplayVariable, null);
        }
    }

    [Fact]
    public void A_replay_that_is_meant_for_another_program_does_not_keep_this_one_from_its_search()
    {
        var result = ActorExploration.Run(Order("12", "21"), new ActorExplorationOptions { Strategy = "dpor" }, "mine", "other=0");
        Assert.Equal((2, true), (result.Schedules, result.Complete));
    }

    [Fact]
    public void A_replay_of_a_schedule_that_holds_is_one_schedule_and_no_proof()
    {
        var result = ActorExploration.Run(Order("12"), new ActorExplorationOptions(), "mine", "0,0");
        Assert.Equal((1, false, "replay"), (result.Schedules, result.Complete, result.Strategy));
        Assert.Contains("EXPLORE_REPLAY", Assert.Single(result.NotExplored), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0,1,1,1,1")]
    [InlineData("7")]
    public void A_replay_that_the_program_cannot_follow_fails(string choices)
    {
        var failed = Assert.Throws<ExplorationFailedException>(
            () => ActorExploration.Run(Order("12", "21"), new ActorExplorationOptions(), "mine", choices));
        Assert.Contains("the program is not the one they were recorded from", failed.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0,x", "choice 2 is \"x\"")]
    [InlineData("mine=0,,1", "choice 2 is \"\"")]
    [InlineData("-1", "choice 1 is \"-1\"")]
    [InlineData("99999999999", "choice 1 is \"99999999999\"")]
    public void A_replay_that_is_none_is_told_with_what_is_accepted(string variable, string problem)
    {
        var e = Assert.Throws<FormatException>(() => ActorExploration.Run(Order("12"), new ActorExplorationOptions(), "mine", variable));
        Assert.StartsWith($"EXPLORE_REPLAY: {problem}", e.Message, StringComparison.Ordinal);
        Assert.Contains("0,1,2, or mine=0,1,2", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_actor_that_throws_is_a_violation_at_its_step()
    {
        var failed = Assert.Throws<ExplorationFailedException>(() => ActorExploration.Check(Fragile()));
        Assert.Equal("InvalidOperationException: Close came before Write", failed.Failure.Property);
        Assert.IsType<InvalidOperationException>(failed.InnerException);
        Assert.Matches(@"\n>> +\d  .*Write\n", failed.Failure.Chart);
        Assert.Equal(3, failed.Failure.Steps);
    }

    [Fact]
    public void Exceptions_may_be_left_to_supervisors()
    {
        var result = ActorExploration.Check(Fragile(), new ActorExplorationOptions { Strategy = "dpor", AllowActorFailures = true });
        Assert.Equal((2, true), (result.Schedules, result.Complete));
    }

    [Fact]
    public void A_message_that_the_search_lost_is_marked_in_the_chart()
    {
        var options = new ActorExplorationOptions { Strategy = "dfs", Faults = new LaneFaults((_, _, message) => message is int) { DropsPerLane = 1 } };
        var failed = Assert.Throws<ExplorationFailedException>(() => ActorExploration.Check(Order("12", "21"), options));
        Assert.Contains("Int32 is LOST", failed.Failure.Chart, StringComparison.Ordinal);
        Assert.Contains(failed.Failure.Explanation, sentence => sentence.EndsWith("Int32 is LOST.", StringComparison.Ordinal));
    }

    [Fact]
    public void Completeness_can_be_required()
    {
        var options = new ActorExplorationOptions { Strategy = "dpor", MaxSchedules = 1, RequireComplete = true };
        var failed = Assert.Throws<ExplorationFailedException>(() => ActorExploration.Check(Order("12", "21"), options));
        Assert.Equal(("incomplete", 0L, null), (failed.Failure.Property, failed.Failure.Schedule, failed.Failure.Replay));
        Assert.Contains("did not cover everything", failed.Message, StringComparison.Ordinal);
        Assert.Contains("The search ended (Budget)", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void State_that_survives_a_schedule_is_found_out()
    {
        int runs = 0;
        var e = Assert.Throws<InvalidOperationException>(() => ActorExploration.Check(world =>
        {
            world.ActorOf(Props.Create(() => new Log(null)), "log").Tell(1);
            return () => Assert.True(++runs != 3, "third time");
        }));
        Assert.Contains("depends on something else than its messages", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_program_that_fails_to_begin_fails_the_test_with_its_own_exception() =>
        Assert.Throws<InvalidActorNameException>(() => ActorExploration.Check(world =>
        {
            world.ActorOf(Props.Create(() => new Log(null)), "same");
            world.ActorOf(Props.Create(() => new Log(null)), "same");
            return () => { };
        }));

    [Fact]
    public void Children_and_timers_belong_to_the_program()
    {
        var result = ActorExploration.Check(
            world =>
            {
                var log = new List<string>();
                world.ActorOf(Props.Create(() => new Parent(log)), "parent").Tell("go");
                return () => Assert.Equal(["a", "b", "late"], log.Order(StringComparer.Ordinal));
            },
            new ActorExplorationOptions { Strategy = "dpor", RequireComplete = true });
        Assert.Equal(1, result.Schedules);
    }

    [Fact]
    public void Messages_of_any_type_are_told_by_their_properties()
    {
        var failed = Assert.Throws<ExplorationFailedException>(() => ActorExploration.Check(world =>
        {
            var log = world.ActorOf(Props.Create(() => new Log(null)), "log");
            log.Tell(new Everything(7, true, "word", log, [1, 2], DayOfWeek.Friday));
            log.Tell(new Generic<string>("inside"));
            log.Tell("plain");
            return () => throw new InvalidOperationException("shown");
        }));
        string chart = string.Join(' ', failed.Failure.Chart.Split((char[])[' ', '\n', '|'], StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("Everything Number=7 Flag Word=word Actor=log Numbers=2 items Day=Friday", chart, StringComparison.Ordinal);
        Assert.Contains("Generic Value=inside", chart, StringComparison.Ordinal);
        Assert.Contains("String value=plain", chart, StringComparison.Ordinal);
    }

    /// <summary>Two actors hand a digit to a third; the orders that are given are right.</summary>
    private static Func<ActorWorld, Action> Order(params string[] right) => world =>
    {
        var seen = new List<int>();
        var log = world.ActorOf(Props.Create(() => new Log(seen)), "log");
        world.ActorOf(Props.Create(() => new Hand(log)), "one").Tell(1);
        world.ActorOf(Props.Create(() => new Hand(log)), "two").Tell(2);
        return () => Assert.True(right.Contains(string.Concat(seen)), $"{string.Concat(seen)} is wrong");
    };

    private static Func<ActorWorld, Action> Fragile() => world =>
    {
        var file = world.ActorOf(Props.Create(() => new FileActor()), "file");
        world.ActorOf(Props.Create(() => new Hand(file)), "writer").Tell("Write");
        file.Tell("Close");
        return () => { };
    };

    private sealed record Everything(int Number, bool Flag, string Word, IActorRef Actor, int[] Numbers, DayOfWeek Day)
    {
        public int Throws => Number > 0 ? throw new InvalidOperationException() : 0;
    }

    private sealed record Generic<T>(T Value);

    private sealed class Log : UntypedActor
    {
        private readonly List<int>? _seen;

        public Log(List<int>? seen) => _seen = seen;

        protected override void OnReceive(object message)
        {
            if (message is int digit)
            {
                _seen?.Add(digit);
            }
        }
    }

    private sealed class Hand : UntypedActor
    {
        private readonly IActorRef _to;

        public Hand(IActorRef to) => _to = to;

        protected override void OnReceive(object message) => _to.Tell(message);
    }

    private sealed class FileActor : UntypedActor
    {
        private bool _isClosed;

        protected override void OnReceive(object message)
        {
            if (message is "Write" && _isClosed)
            {
                throw new InvalidOperationException("Close came before Write");
            }

            _isClosed |= message is "Close";
        }
    }

    private sealed class Parent : ReceiveActor, IWithTimers
    {
        public Parent(List<string> log)
        {
            var children = new[] { "b", "a" }.Select(name => Context.ActorOf(Props.Create(() => new Child(log)), name)).ToList();
            Receive<string>(text =>
            {
                if (text == "go")
                {
                    children.ForEach(child => child.Tell("work"));
                    Timers.StartSingleTimer("key", "late", TimeSpan.FromHours(1));
                }
                else
                {
                    log.Add(text);
                }
            });
        }

        public ITimerScheduler Timers { get; set; } = null!;
    }

    private sealed class Child : UntypedActor
    {
        private readonly List<string> _log;

        public Child(List<string> log) => _log = log;

        protected override void OnReceive(object message) => _log.Add(Self.Path.Name);
    }
}
