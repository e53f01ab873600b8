using Akka.Actor;

namespace VIommuActors.Benchmarks.Subjects;

/// <summary>What Akka itself can do: pairs of actors that send one object back and forth, so many at once on each pair.</summary>
public sealed class PingPongSubject(ActorSystem system, int pairs, int window)
{
    private static readonly object Ball = new();

    /// <summary>Plays for so many messages in all, and comes back when the last one has arrived.</summary>
    /// <returns>Messages that were sent.</returns>
    public long Run(long messages)
    {
        using var done = new CountdownEvent(pairs * 2);
        var perActor = messages / (pairs * 2);
        for (var i = 0; i < pairs; i++)
        {
            var left = system.ActorOf(Props.CreateBy(new Producer(perActor, done)));
            var right = system.ActorOf(Props.CreateBy(new Producer(perActor, done)));
            for (var ball = 0; ball < window; ball++) left.Tell(Ball, right);
        }
        done.Wait();
        return perActor * pairs * 2;
    }

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
