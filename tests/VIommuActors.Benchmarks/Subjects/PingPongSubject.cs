using Akka.Actor;
using VIommuActors.RealTime;

namespace VIommuActors.Benchmarks.Subjects;

/// <summary>What Akka itself can do: pairs of actors that send one object back and forth, so many at once on each pair.</summary>
/// <param name="system">Where they play.</param>
/// <param name="pairs">How many pairs.</param>
/// <param name="window">Messages under way on each pair.</param>
/// <param name="guests">0: on Akka's default dispatcher. Else pairs take turns on the dispatchers of so many guests.</param>
public sealed class PingPongSubject(ActorSystem system, int pairs, int window, int guests = 0)
{
    private static readonly Ball Only = new();
    private readonly Deploy[] _places =
        [.. Enumerable.Range(0, guests).Select(i => Deploy.None.WithDispatcher(GuestDispatcher.For(system, i, guests).Id))];

    /// <summary>Plays for so many messages in all, and comes back when the last one has arrived.</summary>
    /// <returns>Messages that were sent.</returns>
    public long Run(long messages)
    {
        using var done = new CountdownEvent(pairs * 2);
        var perActor = messages / (pairs * 2);
        for (var i = 0; i < pairs; i++)
        {
            var props = Props.CreateBy(new Producer(perActor, done));
            if (guests > 0) props = props.WithDeploy(_places[i % guests]);
            var (left, right) = (system.ActorOf(props), system.ActorOf(props));
            for (var ball = 0; ball < window; ball++) left.Tell(Only, right);
        }
        done.Wait();
        return perActor * pairs * 2;
    }

    private sealed class Ball;

    private sealed class Producer(long messages, CountdownEvent done) : IIndirectActorProducer
    {
        public Type ActorType => typeof(Player);

        public ActorBase Produce() => new Player(messages, done);

        public void Release(ActorBase actor)
        {
        }
    }

    /// <summary>Sends every ball back until it has had its share; then the balls stay with it.</summary>
    private sealed class Player(long messages, CountdownEvent done) : UntypedActor
    {
        private long _left = messages;

        protected override void OnReceive(object message)
        {
            if (_left <= 0) return;
            Sender.Tell(message, Self);
            if (--_left > 0) return;
            done.Signal();
            Context.Stop(Self);
        }
    }
}
