using Akka.Actor;
using VIommuActors.Protocols.Messages;
using VIommuActors.Wire.Messages;
using VIommuActors.Wire.Tests.Samples;

namespace VIommuActors.Wire.Tests;

/// <summary>Two actor systems and a real socket between them.</summary>
public sealed class RemotingTests
{
    [Fact]
    public async Task Every_message_crosses_and_the_largest_too()
    {
        var (one, other) = (Remoting.Start("one", WireSerializer.Hocon), Remoting.Start("other", WireSerializer.Hocon));
        try
        {
            var arrived = Remoting.Listen(other);
            var to = Remoting.ListenerOf(one, other);
            var (scenario, settings) = (new string('s', WireLimits.ScenarioBytes), Enumerable.Repeat(new string('v', 4096), 31));
            var largest = new DefineRun("r", "n", scenario, [.. settings], "p", 0, 1, false, false, 0, 0);
            Assert.InRange(WireFormat.Encode(largest).Length, WireLimits.MessageBytes - 5000, WireLimits.MessageBytes);
            foreach (var message in GoldenSamples.Cluster.Append(largest))
            {
                to.Tell(message);
                Assert.Equal(message, (IClusterMessage)await arrived.Next(), Same.Comparer);
            }

            Assert.Equal(0, WireCounters.Of(other).Unreadable);
        }
        finally
        {
            await Task.WhenAll(one.Terminate(), other.Terminate());
        }
    }

    [Fact]
    public async Task What_cannot_be_written_is_not_sent_and_the_next_one_is()
    {
        var (one, other) = (Remoting.Start("one", WireSerializer.Hocon), Remoting.Start("other", WireSerializer.Hocon));
        try
        {
            var arrived = Remoting.Listen(other);
            var to = Remoting.ListenerOf(one, other);
            to.Tell(new EndRun(""));
            to.Tell(new DmaDone(new(1), 2));
            to.Tell(new Plain(3));
            to.Tell(new EndRun("run-1"));
            Assert.Equal(new EndRun("run-1"), await arrived.Next());
            Assert.Equal(1, WireCounters.Of(one).Unwritable);
        }
        finally
        {
            await Task.WhenAll(one.Terminate(), other.Terminate());
        }
    }

    [Fact]
    public async Task Garbage_is_counted_and_the_receiver_goes_on()
    {
        var (rogue, other) = (Remoting.Start("rogue", RogueSerializer.Hocon), Remoting.Start("other", WireSerializer.Hocon));
        try
        {
            var arrived = Remoting.Listen(other);
            var to = Remoting.ListenerOf(rogue, other);
            to.Tell(new LinkAck(1, 1, 1));
            Assert.Equal(new LinkAck(1, 1, 1), await arrived.Next());
            var frame = WireFormat.Encode(GoldenSamples.Cluster[0]);
            object[] garbage =
            [
                new Garbage("lf2", frame), new Garbage("", frame), new Garbage(new string('m', 5000), []), new Garbage("lf1", []),
                new Garbage("lf1", frame[..^1]), new Garbage("lf1", [.. frame, 0]), new Garbage("la1", [0xff]), new Plain(3),
            ];
            foreach (var piece in garbage)
            {
                to.Tell(piece);
                to.Tell(new LinkAck(1, 1, 2));
                Assert.Equal(new LinkAck(1, 1, 2), await arrived.Next());
            }

            var counters = WireCounters.Of(other);
            string[] classes = [WireCounters.Unknown, "lf1", "la1", WireCounters.Json];
            Assert.Equal([3, 3, 1, 1], classes.Select(counters.UnreadableOf));
            Assert.Equal(garbage.Length, counters.Unreadable);
            Assert.False(arrived.TryPeek(out _));
        }
        finally
        {
            await Task.WhenAll(rogue.Terminate(), other.Terminate());
        }
    }
}
