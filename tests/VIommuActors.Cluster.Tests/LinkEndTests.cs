using CsCheck;
using VIommuActors.Cluster.Links;
using VIommuActors.Protocols.Messages;
using VIommuActors.Seeds;
using VIommuActors.Wire.Messages;

namespace VIommuActors.Cluster.Tests;

/// <summary>Once and in order, whatever the network does.</summary>
public sealed class LinkEndTests
{
    private const long Ms = 1_000_000;

    [Fact]
    public void Every_message_arrives_once_and_in_order_over_a_network_that_loses_doubles_and_reorders() =>
        Gen.Select(Gen.ULong, Gen.Int[1, 300], Gen.Int[0, 60], Gen.Int[0, 60]).Sample((seed, count, loss, doubling) =>
        {
            var (here, there) = (new LinkEnd(3, 1), new LinkEnd(3, 1));
            var dice = new SeededRandom(seed);
            var (down, up) = (new List<object>(), new List<object>());
            var (got, back) = (new List<long>(), new List<long>());
            var (ready, again) = (new List<LinkFrame>(), new List<LinkFrame>());
            long now = 0, sent = 0, sentBack = 0;
            for (var steps = 0; got.Count < count || back.Count < count; steps++)
            {
                Assert.True(steps < 200_000, "it does not come to an end");
                if (sent < count) Put(down, here.Send(new NodeId(1), new Wake(new NodeId(0), ++sent), [], [], now));
                if (sentBack < count) Put(up, there.Send(new NodeId(0), new Wake(new NodeId(1), ++sentBack), [], [], now));
                Deliver(down, there, got);
                Deliver(up, here, back);
                now += 20 * Ms;
                Again(here, down);
                Again(there, up);
            }
            Assert.Equal(Enumerable.Range(1, count).Select(i => (long)i), got);
            Assert.Equal(Enumerable.Range(1, count).Select(i => (long)i), back);

            void Put(List<object> network, object frame)
            {
                if (dice.Next(100) < loss) return;
                network.Add(frame);
                if (dice.Next(100) < doubling) network.Add(frame);
            }

            void Deliver(List<object> network, LinkEnd end, List<long> into)
            {
                if (network.Count == 0) return;
                var at = dice.Next(Math.Min(8, network.Count));
                var message = network[at];
                network.RemoveAt(at);
                if (message is LinkAck ack)
                {
                    end.Take(ack);
                    return;
                }
                ready.Clear();
                end.Take((LinkFrame)message, ready);
                into.AddRange(ready.Select(frame => ((Wake)frame.Message).Token));
            }

            void Again(LinkEnd end, List<object> network)
            {
                again.Clear();
                end.Due(now, again);
                foreach (var frame in again) Put(network, frame);
                if (end.Owed(atLeisure: true) is { } ack) Put(network, ack);
            }
        }, iter: 60);

    [Fact]
    public void What_is_acknowledged_is_not_sent_again()
    {
        var end = new LinkEnd(1, 1);
        for (var i = 0; i < 3; i++) end.Send(new NodeId(1), new Wake(new NodeId(0), i), [], [], 0);
        end.Acked(2);
        var again = new List<LinkFrame>();
        end.Due(LinkEnd.FirstTimeoutNs - 1, again);
        Assert.Empty(again);
        end.Due(LinkEnd.FirstTimeoutNs, again);
        Assert.Equal([3L], again.Select(frame => frame.Sequence));
    }

    [Fact]
    public void The_wait_for_an_acknowledgement_doubles_up_to_its_limit()
    {
        var end = new LinkEnd(1, 1);
        end.Send(new NodeId(1), new Wake(new NodeId(0), 0), [], [], 0);
        var times = new List<long>();
        var again = new List<LinkFrame>();
        for (long now = 0; times.Count < 6; now += 10 * Ms)
        {
            again.Clear();
            end.Due(now, again);
            if (again.Count > 0) times.Add(now / Ms);
        }
        Assert.Equal([200L, 600L, 1400L, 3000L, 5000L, 7000L], times);
    }

    [Fact]
    public void A_frame_that_is_missing_while_later_ones_came_is_sent_again_at_once()
    {
        var (here, there) = (new LinkEnd(1, 1), new LinkEnd(1, 1));
        var frames = Enumerable.Range(0, 4).Select(i => here.Send(new NodeId(1), new Wake(new NodeId(0), i), [], [], 0)).ToArray();
        var ready = new List<LinkFrame>();
        there.Take(frames[0], ready);
        here.Take(there.Owed(atLeisure: true)!);
        foreach (var frame in frames[2..])
        {
            there.Take(frame, ready);
            here.Take(there.Owed(atLeisure: false)!);
        }
        var again = new List<LinkFrame>();
        here.Due(1, again);
        Assert.Equal([2L], again.Select(frame => frame.Sequence));
    }

    [Fact]
    public void An_acknowledgement_of_what_was_never_sent_says_nothing()
    {
        var end = new LinkEnd(1, 1);
        end.Send(new NodeId(1), new Wake(new NodeId(0), 0), [], [], 0);
        end.Acked(2);
        Assert.Equal(1, end.Unacked);
    }

    [Fact]
    public void The_window_is_bounded_and_so_is_what_came_too_early()
    {
        var (here, there) = (new LinkEnd(1, 1), new LinkEnd(1, 1));
        var frames = new List<LinkFrame>();
        while (!here.IsFull) frames.Add(here.Send(new NodeId(1), new Wake(new NodeId(0), 0), [], [], 0));
        Assert.Equal(LinkEnd.Window, frames.Count);
        Assert.Throws<InvalidOperationException>(() => here.Send(new NodeId(1), new Wake(new NodeId(0), 0), [], [], 0));
        var ready = new List<LinkFrame>();
        foreach (var frame in frames.Skip(1)) there.Take(frame, ready);
        Assert.Empty(ready);
        there.Take(frames[0], ready);
        Assert.Equal(LinkEnd.Ahead + 1, ready.Count);
    }
}
