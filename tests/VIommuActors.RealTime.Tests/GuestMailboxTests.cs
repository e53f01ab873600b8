using System.Collections.Concurrent;
using Akka.Actor;
using Akka.TestKit.Xunit2;
using VIommuActors.Actors.Wiring;
using VIommuActors.Protocols.Messages;

namespace VIommuActors.RealTime.Tests;

/// <summary>Mailboxes that a guest's own thread writes without a lock, and any other thread as well.</summary>
public sealed class GuestMailboxTests : TestKit
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly int Many = 4 * Environment.ProcessorCount;

    private static readonly Message Inside = new DmaCompleted(NodeId.None, 1, false), Outside = new DmaCompleted(NodeId.None, 2, false);

    private IActorRef? _nursery;
    private int _made;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Messages_of_each_sender_come_once_and_in_order_from_inside_and_from_other_threads(bool isAlone)
    {
        const int outsiders = 4, each = 20_000;
        var guest = Guest(isAlone ? 1 : Many);
        var got = new ConcurrentDictionary<int, int>();
        var wrong = 0;
        using var all = new CountdownEvent((outsiders + 1) * each);
        var reader = Actor(guest, (_, message) =>
        {
            var (sender, number) = ((int, int))message;
            if (got.GetValueOrDefault(sender) != number) wrong++;
            got[sender] = number + 1;
            all.Signal();
        });
        // One of the guest's own, in pieces, so that it takes turns with the reader.
        var insider = Actor(guest, (self, message) =>
        {
            var from = (int)message;
            for (var i = from; i < from + 100; i++) reader.Tell((0, i), ActorRefs.NoSender);
            if (from + 100 < each) self.Tell(from + 100, ActorRefs.NoSender);
        });
        insider.Tell(0, ActorRefs.NoSender);
        Parallel.For(1, outsiders + 1, sender =>
        {
            for (var i = 0; i < each; i++) reader.Tell((sender, i), ActorRefs.NoSender);
        });
        Assert.True(all.Wait(Patience), $"{all.CurrentCount} did not arrive");
        Assert.Equal(0, wrong);
    }

    /// <summary>One of the guest's own fills the mailbox faster than it is read: whoever is outside must get through.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_message_from_outside_does_not_wait_for_those_from_inside_to_end(bool inTurns)
    {
        var guest = Guest(Many);
        var (isOver, got) = (false, false);
        IActorRef? reader = null;
        var writer = Actor(guest, (self, message) =>
        {
            for (var i = 0; i < 2; i++) reader!.Tell(Inside, ActorRefs.NoSender);
            if (!isOver) self.Tell(message, ActorRefs.NoSender);
        });
        void Read(object message)
        {
            if (ReferenceEquals(message, Inside) || got) return;
            got = true;
            TestActor.Tell("through");
        }
        reader = inTurns ? TurnTaker(guest, (message, _) => Read(message)) : Actor(guest, (_, message) => Read(message));
        writer.Tell("go", ActorRefs.NoSender);
        // The ring is never empty again once it holds more than a run handles.
        AwaitCondition(() => reader is LocalActorRef { Underlying.NumberOfMessages: > 4 * GuestDispatcher.MessagesOfRun }, Patience);
        reader.Tell(Outside, ActorRefs.NoSender);
        try
        {
            ExpectMsg("through", Patience);
        }
        finally
        {
            isOver = true;
        }
    }

    /// <summary>A run has so many messages and no more, and what a turn leaves comes in the next one.</summary>
    [Fact]
    public void A_turn_ends_with_the_run_of_the_mailbox_and_nothing_is_lost()
    {
        const int messages = 10 * GuestDispatcher.MessagesOfRun;
        var guest = Guest(Many);
        var runs = new ConcurrentDictionary<long, int>();
        var (handled, inTurns) = (0, 0);
        var reader = TurnTaker(guest, (_, isInTurn) =>
        {
            runs.AddOrUpdate(guest.Runs, 1, (_, count) => count + 1);
            if (isInTurn) inTurns++;
            if (++handled == messages) TestActor.Tell("all");
        });
        Actor(guest, (_, _) =>
        {
            for (var i = 0; i < messages; i++) reader.Tell(new DmaCompleted(NodeId.None, i, false), ActorRefs.NoSender);
        }).Tell("go", ActorRefs.NoSender);
        ExpectMsg("all", Patience);
        Assert.Equal(GuestDispatcher.MessagesOfRun, runs.Values.Max());
        // All but the first of each run.
        Assert.Equal(messages - runs.Count, inTurns);
    }

    [Fact]
    public void What_no_party_handles_ends_the_turn_and_is_handled_all_the_same()
    {
        var guest = Guest(Many);
        var log = new List<string>();
        var reader = TurnTaker(guest, (_, isInTurn) =>
        {
            log.Add(isInTurn ? "turn" : "message");
            if (log.Count == 5) TestActor.Tell("all");
        });
        Actor(guest, (_, _) =>
        {
            var work = new DmaCompleted(NodeId.None, 1, false);
            foreach (var message in new object[] { work, work, "a word", work, work }) reader.Tell(message, ActorRefs.NoSender);
        }).Tell("go", ActorRefs.NoSender);
        ExpectMsg("all", Patience);
        Assert.Equal(["message", "turn", "message", "message", "turn"], log);
    }

    [Fact]
    public void Messages_of_one_that_was_stopped_become_dead_letters()
    {
        var guest = Guest(Many);
        Sys.EventStream.Subscribe(TestActor, typeof(Akka.Event.DeadLetter));
        var reader = Actor(guest, (_, _) => { });
        Actor(guest, (_, _) =>
        {
            Sys.Stop(reader);
            for (var i = 0; i < 3; i++) reader.Tell(i, ActorRefs.NoSender);
        }).Tell("go", ActorRefs.NoSender);
        for (var i = 0; i < 3; i++) Assert.Equal(i, ExpectMsg<Akka.Event.DeadLetter>(Patience).Message);
    }

    [Fact]
    public void An_actor_on_other_threads_cannot_have_such_a_mailbox()
    {
        GuestMailbox.AddTo(Sys);

        var wrong = Assert.ThrowsAny<Exception>(() => Child(Acting.Props((_, _) => { }).WithMailbox(GuestMailbox.Id)));

        Assert.Contains("no child on a guest's dispatcher", wrong.ToString(), StringComparison.Ordinal);
    }

    private GuestDispatcher Guest(int guests) => GuestDispatcher.For(Sys, _made++, guests);

    private IActorRef Actor(GuestDispatcher guest, Action<IActorRef, object> handle) =>
        Child(Acting.Props(handle).WithDeploy(guest.Place));

    private IActorRef TurnTaker(GuestDispatcher guest, Action<object, bool> handled) =>
        Child(Props.Create(() => new Taker(guest, handled)).WithDeploy(guest.Place));

    private IActorRef Child(Props props) =>
        (_nursery ??= Sys.ActorOf(Props.Create(() => new Nursery()))).Ask<IActorRef>(props, Patience).Result;

    private sealed class Nursery : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            try
            {
                Sender.Tell(Context.ActorOf((Props)message), Self);
            }
            catch (Exception failure)
            {
                Sender.Tell(new Status.Failure(failure), Self);
            }
        }
    }

    /// <summary>Takes its turn as parties do, and says of each message whether it came by one.</summary>
    private sealed class Taker(GuestDispatcher threads, Action<object, bool> handled) : UntypedActor
    {
        private readonly ITurn _turn = (ITurn)((ActorCell)Context).Mailbox!.MessageQueue;

        protected override void OnReceive(object message)
        {
            Assert.True(threads.IsOwnThread);
            handled(message, false);
            while (message is Message && _turn.TryNext(out var next)) handled(next, true);
        }
    }
}
