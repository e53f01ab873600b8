using System.Collections.Concurrent;
using Akka.Actor;
using Akka.TestKit.Xunit2;
using VIommuActors.Protocols.Messages;

namespace VIommuActors.RealTime.Tests;

/// <summary>How the parties of a guest share its thread, and guests the cores.</summary>
public sealed class GuestDispatcherTests : TestKit
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly int Many = 4 * Environment.ProcessorCount;

    private int _made;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Parties_of_one_guest_take_turns_unless_it_is_alone_and_every_message_arrives(bool isAlone)
    {
        const int actors = 8, messages = 20_000;
        var (inside, most, arrived) = (0, 0, new CountdownEvent(actors * messages));
        void Handle(object message)
        {
            most = Math.Max(most, Interlocked.Increment(ref inside));
            Interlocked.Decrement(ref inside);
            arrived.Signal();
        }
        var guest = Guest(isAlone ? 1 : Many);
        var parties = Enumerable.Range(0, actors).Select(_ => Actor(guest, (_, message) => Handle(message))).ToArray();
        // From outside, from many threads: no wake-up may be lost between the last look at the queue and the end of a slice.
        Parallel.For(0, messages, i => Array.ForEach(parties, party => party.Tell(i, ActorRefs.NoSender)));
        Assert.True(arrived.Wait(Patience), $"{arrived.CurrentCount} did not arrive");
        if (!isAlone) Assert.Equal(1, most);
    }

    [Fact]
    public void A_poll_comes_seldom_while_anything_else_of_the_guest_is_ready_and_then_at_once()
    {
        const int hops = 2000;
        var guest = Guest(Many);
        var (polls, isBusy) = (0, true);
        var poller = Actor(guest, (self, _) =>
        {
            if (isBusy) polls++;
            if (isBusy) guest.Poll(self, new Wake(NodeId.None, 1));
            else TestActor.Tell("end");
        });
        // Each party hands the number on until it is 0: a chain of which one link is ready at a time.
        IActorRef? other = null;
        var chain = Actor(guest, (_, message) => Hand(message, other!));
        other = Actor(guest, (_, message) => Hand(message, chain));
        void Hand(object message, IActorRef next)
        {
            var left = (int)message;
            if (left == hops) guest.Poll(poller, new Wake(NodeId.None, 1));
            isBusy = left > 0;
            if (isBusy) next.Tell(left - 1, ActorRefs.NoSender);
        }
        chain.Tell(hops, ActorRefs.NoSender);
        ExpectMsg("end", Patience);
        Assert.InRange(polls, hops / 50, hops / 2);
    }

    [Fact]
    public void Parties_that_are_ready_run_in_any_order_and_so_does_one_that_gives_way()
    {
        var seen = new HashSet<string>();
        for (var round = 0; round < 200; round++)
        {
            var guest = Guest(Many);
            var log = new List<string>();
            var parties = new[] { "a", "b", "c" }.Select(name => Actor(guest, (_, message) =>
            {
                log.Add(name);
                if (log.Count == 4) TestActor.Tell("all");
            })).ToArray();
            // All are ready before the first of them runs.
            Actor(guest, (self, message) =>
            {
                Array.ForEach(parties, party => party.Tell("go", ActorRefs.NoSender));
                guest.GiveWay(parties[0], new Wake(NodeId.None, 2), ActorRefs.NoSender);
            }).Tell("go", ActorRefs.NoSender);
            ExpectMsg("all", Patience);
            seen.Add(string.Concat(log));
        }
        // Four, two of them alike.
        Assert.True(seen.Count > 8, string.Join(" ", seen));
    }

    /// <summary>As many guests as there can be threads do nothing but look, for ever.</summary>
    [Fact]
    public void Guests_that_poll_in_vain_do_not_keep_another_from_its_turn()
    {
        const int turns = 500;
        var (isOver, looks) = (false, 0L);
        for (var i = 0; i < Many; i++)
        {
            var guest = Guest(Many);
            Actor(guest, (self, _) =>
            {
                Interlocked.Increment(ref looks);
                if (!isOver) guest.Poll(self, new Wake(NodeId.None, 3));
            }).Tell("look", ActorRefs.NoSender);
        }
        Actor(Guest(Many), (self, message) =>
        {
            var turn = (int)message;
            if (turn == turns) TestActor.Tell("end");
            // From outside the guest: its slice is over, and all others have theirs before its next one.
            else ThreadPool.UnsafeQueueUserWorkItem(next => self.Tell(next, ActorRefs.NoSender), turn + 1, preferLocal: false);
        }).Tell(0, ActorRefs.NoSender);
        ExpectMsg("end", Patience);
        isOver = true;
        // A few looks a turn, not a whole slice of them.
        Assert.InRange(looks / turns / Many, 0, GuestDispatcher.LongestSlice / 20);
    }

    /// <summary>One that always has something ready has a slice at a time.</summary>
    [Fact]
    public void Guests_that_never_rest_do_not_keep_another_from_its_turn()
    {
        var isOver = false;
        for (var i = 0; i < Many; i++)
        {
            Actor(Guest(Many), (self, message) =>
            {
                if (!isOver) self.Tell(message, ActorRefs.NoSender);
            }).Tell("on", ActorRefs.NoSender);
        }
        Actor(Guest(Many), (_, message) => TestActor.Tell(message)).Tell("turn", ActorRefs.NoSender);
        ExpectMsg("turn", Patience);
        isOver = true;
    }

    private GuestDispatcher Guest(int guests) => GuestDispatcher.For(Sys, _made++, guests);

    private IActorRef Actor(GuestDispatcher guest, Action<IActorRef, object> handle) =>
        Sys.ActorOf(Acting.Props(handle).WithDispatcher(guest.Id));
}
