using System.Collections.Concurrent;
using System.Collections.Immutable;
using Akka.Actor;
using Akka.TestKit.Xunit2;
using VIommuActors.Actors.Parties;
using VIommuActors.Actors.Wiring;
using VIommuActors.Machine;
using VIommuActors.Protocols.Messages;
using VIommuActors.Protocols.Seam;

namespace VIommuActors.RealTime.Tests;

/// <summary>Parties in turns of several messages, and the one time at which a turn happens.</summary>
public sealed class TurnTests : TestKit
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly int Many = 4 * Environment.ProcessorCount;

    private readonly NodeTable _table = new();
    private readonly GuestRecord _record = new(1, new Latencies(), () => { });
    private readonly GuestDispatcher _guest;
    private readonly DirectWires _wires;

    public TurnTests()
    {
        _guest = GuestDispatcher.For(Sys, 0, Many);
        _wires = new DirectWires(_table, new HostClock(), _record, _guest, (_, _) => { });
    }

    [Fact]
    public void An_emulator_that_dies_in_a_turn_loses_what_it_gets_while_it_is_dead_and_nothing_twice()
    {
        var (memory, hub, party) = (_table.Add("memory"), _table.Add("ioreq"), _table.Add("dummy-0"));
        _table.Bind(memory, TestActor);
        _table.Bind(hub, TestActor);
        var nodes = new GuestNodes
        {
            Guest = 0, Hub = hub, Memory = memory, Vcpus = [], Units = [NodeId.None], UnitBases = [0], Dummies = [party], Devices = [],
        };
        var log = new ConcurrentQueue<string>();
        var lives = 0;
        var props = DummyVIommuActor.Props(party, _wires, nodes, 0, _ => new Scribe($"life {lives++}", log)).WithDeploy(_guest.Place);
        Sys.ActorOf(EmulatorProcessActor.Props(_table, [(party, props)]).WithDispatcher(_guest.Id)).Tell(new Identify(0), TestActor);
        ExpectMsg<ActorIdentity>(Patience);

        // All of it waits in one ring before the first of it is handled.
        Inside(() =>
        {
            Message[] turn =
            [
                Work(1), Work(2), new Crash(NodeId.None, RestartAfterNs: 1_000_000), Work(3), Work(4), new Reaped(memory, party, Life: 1),
            ];
            foreach (var message in turn) _table[party].Tell(message, ActorRefs.NoSender);
        });
        Assert.Equal(1, ExpectMsg<ReapFence>(Patience).Life);
        AwaitCondition(() => log.Contains("life 1: PowerOn"), Patience);
        _table[party].Tell(Work(5), ActorRefs.NoSender);
        AwaitCondition(() => log.Contains("life 1: 5"), Patience);

        Assert.Equal(["life 0: 1", "life 0: 2", "life 1: PowerOn", "life 1: 5"], log);
    }

    [Fact]
    public void What_happens_in_one_run_happens_at_one_time_and_the_next_run_is_later()
    {
        var times = new List<long>();
        using var done = new CountdownEvent(2);
        var reader = Sys.ActorOf(Acting.Props((_, _) =>
        {
            times.Add(_wires.NowNs);
            Thread.Sleep(2);
            times.Add(_wires.NowNs);
            done.Signal();
        }).WithDispatcher(_guest.Id));
        reader.Tell("one", ActorRefs.NoSender);
        AwaitCondition(() => done.CurrentCount == 1, Patience);
        reader.Tell("another", ActorRefs.NoSender);
        Assert.True(done.Wait(Patience));

        Assert.Equal(times[0], times[1]);
        Assert.Equal(times[2], times[3]);
        Assert.InRange(times[2], times[0] + 2_000_000, long.MaxValue);
        // Nobody's run: the clock itself.
        var before = _wires.NowNs;
        Thread.Sleep(2);
        Assert.InRange(_wires.NowNs, before + 1_000_000, long.MaxValue);
    }

    private static DmaCompleted Work(long number) => new(NodeId.None, number, false);

    private void Inside(Action action) =>
        Sys.ActorOf(Acting.Props((_, _) => action()).WithDispatcher(_guest.Id)).Tell("go", ActorRefs.NoSender);

    private sealed class Scribe(string name, ConcurrentQueue<string> log) : IParty
    {
        public void Receive(Message message) => log.Enqueue($"{name}: {(message is DmaCompleted done ? done.Work : message.Name)}");
    }
}
