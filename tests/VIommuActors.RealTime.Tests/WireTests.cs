using Akka.Actor;
using Akka.TestKit.Xunit2;
using VIommuActors.Actors.Wiring;
using VIommuActors.Blueprints.Faults;
using VIommuActors.Protocols.Messages;
using VIommuActors.Scenarios;
using VIommuActors.Seeds;

namespace VIommuActors.RealTime.Tests;

/// <summary>Both kinds of wires, between two probes.</summary>
public sealed class WireTests : TestKit
{
    private readonly NodeTable _table = new();
    private readonly NodeId _from, _to;
    private readonly GuestRecord _record = new(1, new Latencies(), () => { });
    private int _dispatchers;

    public WireTests()
    {
        (_from, _to) = (_table.Add("from"), _table.Add("to"));
        _table.Bind(_from, TestActor);
        _table.Bind(_to, TestActor);
    }

    [Fact]
    public void A_message_comes_from_its_sender_and_is_counted()
    {
        var sender = CreateTestProbe();
        var message = new DmaCompleted(_from, 1, false);

        Direct().Send(sender, _to, message);

        ExpectMsg(message);
        Assert.Equal(sender.Ref, LastSender);
        Assert.Equal(1, _record.Messages);
    }

    [Fact]
    public void A_note_for_later_comes_and_a_failure_is_passed_on()
    {
        var failures = new List<NodeId>();
        var wires = new DirectWires(_table, new HostClock(), _record, Threads(), (party, _) => failures.Add(party));

        wires.After(TestActor, 300_000_000, new Wake(_from, 1));
        wires.After(TestActor, 100, new Wake(_from, 2));
        wires.Failed(_to, new InvalidOperationException("planted"));

        Assert.Equal(2, ExpectMsg<Wake>().Token);
        Assert.Equal(1, ExpectMsg<Wake>().Token);
        Assert.Equal([_to], failures);
    }

    [Fact]
    public void A_lost_message_does_not_come_and_the_next_one_does()
    {
        var wires = Faulty("faults=[{on=DrainComplete,drop=1/1}]");

        wires.Send(TestActor, _to, Completion);
        wires.Send(TestActor, _to, new DmaCompleted(_from, 1, false));

        ExpectMsg<DmaCompleted>();
        Assert.Equal(2, _record.Messages);
    }

    [Fact]
    public void A_doubled_message_comes_twice()
    {
        Faulty("faults=[{on=DrainComplete,duplicate=1/1,delay-ns=1000000}]").Send(TestActor, _to, Completion);

        ExpectMsg<DrainComplete>();
        ExpectMsg<DrainComplete>();
    }

    [Fact]
    public void A_late_message_is_overtaken_by_the_next_one()
    {
        var wires = Faulty("faults=[{on=DrainComplete,delay=1/1,delay-ns=50000000}]");

        wires.Send(TestActor, _to, Completion);
        wires.Send(TestActor, _to, new DmaCompleted(_from, 1, false));

        ExpectMsg<DmaCompleted>();
        ExpectMsg<DrainComplete>();
    }

    [Fact]
    public void A_held_message_comes_right_behind_the_next_one_on_its_link_and_once()
    {
        var wires = Faulty("faults=[{on=DrainComplete,reorder=1/1,delay-ns=100000000000}]");

        wires.Send(TestActor, _to, Completion);
        wires.Send(TestActor, _from, new DmaCompleted(_to, 7, false)); // another link
        wires.Send(TestActor, _to, new DmaCompleted(_from, 8, false));
        wires.Send(TestActor, _to, new DmaCompleted(_from, 9, false));

        Assert.Equal(7, ExpectMsg<DmaCompleted>().Work);
        Assert.Equal(8, ExpectMsg<DmaCompleted>().Work);
        ExpectMsg<DrainComplete>();
        Assert.Equal(9, ExpectMsg<DmaCompleted>().Work);
    }

    [Fact]
    public void A_held_message_that_nothing_overtakes_comes_when_its_time_has()
    {
        Faulty("faults=[{on=DrainComplete,reorder=1/1,delay-ns=1000}]").Send(TestActor, _to, Completion);

        ExpectMsg<DrainComplete>();
    }

    private DrainComplete Completion => new(_from, 1);

    private GuestDispatcher Threads() => GuestDispatcher.For(Sys, _dispatchers++, guests: 1);

    private DirectWires Direct() => new(_table, new HostClock(), _record, Threads(), (_, _) => { });

    private FaultyWires Faulty(string faults)
    {
        var rules = MessageFaults.From(ScenarioLoader.Load("scale", [faults]), new SeededRandom(1))!;
        return new FaultyWires(Direct(), rules, _record.Count);
    }
}
