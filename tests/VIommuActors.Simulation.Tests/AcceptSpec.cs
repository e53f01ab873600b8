using Akka.Actor;

namespace VIommuActors.Simulation.Tests;

/// <summary>An actor that takes messages of one sender only.</summary>
public sealed class AcceptSpec : IDisposable
{
    private readonly SimSystem _sim = SimSystem.Create("sim");

    public void Dispose() => _sim.Dispose();

    private SimKernel Kernel => _sim.Kernel;

    [Fact]
    public void While_it_accepts_one_sender_all_others_wait_in_order()
    {
        var got = new List<object>();
        var b = Actor("b", (_, _) => { });
        var c = Actor("c", (_, _) => { });
        var a = Actor("a", (context, message) =>
        {
            got.Add(message);
            switch (message)
            {
                case "close":
                    Kernel.Accept(context.Self, b);
                    break;
                case "open":
                    Kernel.AcceptAll(context.Self);
                    break;
            }
        });
        Kernel.BeginRun(FirstChoice.Instance, null);
        a.Tell("close", c);
        a.Tell("c1", c);
        a.Tell("c2", c);
        Assert.Equal(RunEnd.Quiescent, Kernel.ToEnd());
        Assert.Equal(["close"], got);
        Assert.Equal(2, Kernel.PendingMessages);
        Assert.Equal([2, 0, 0, 0], new[] { Kernel.SlotOf(a), Kernel.SlotOf(c), -1, Kernel.SlotCount }.Select(Kernel.WaitingFor));
        var waiting = Assert.Single(Kernel.WaitingLanes());
        Assert.Equal(new WaitingLane(new LaneId(Kernel.SlotOf(a), Kernel.SlotOf(c)), 0, 0), waiting);

        a.Tell("b1", b);
        a.Tell("open", b);
        Kernel.ToEnd();
        Assert.Equal(["close", "b1", "open", "c1", "c2"], got);
    }

    [Fact]
    public void Steps_tell_whether_other_lanes_were_closed()
    {
        var b = Actor("b", (_, _) => { });
        var exclusive = new List<bool>();
        var a = Actor("a", (context, message) => Kernel.Accept(context.Self, b));
        Kernel.BeginRun(FirstChoice.Instance, new OnStep(step => exclusive.Add(step.Exclusive)));
        a.Tell(1, b);
        a.Tell(2, b);
        Kernel.ToEnd();
        Assert.Equal([false, true], exclusive);
    }

    [Fact]
    public void A_run_begins_without_restrictions()
    {
        int handled = 0;
        var b = Actor("b", (_, _) => { });
        var a = Actor("a", (_, _) => handled++);
        Kernel.Accept(a, b);
        Kernel.BeginRun(FirstChoice.Instance, null);
        a.Tell(1, a);
        Kernel.ToEnd();
        Assert.Equal(1, handled);
    }

    [Fact]
    public void Only_an_actor_can_be_waited_for()
    {
        var a = Actor("a", (_, _) => { });
        Assert.Throws<ArgumentException>(() => Kernel.Accept(a, _sim.System.DeadLetters));
        Assert.Throws<ArgumentException>(() => Kernel.AcceptAll(_sim.System.DeadLetters));
    }

    private IActorRef Actor(string name, Action<IUntypedActorContext, object> handle)
    {
        var actor = _sim.System.ActorOf(Act.Props(handle), name);
        Kernel.Register(actor);
        Kernel.RunMisc();
        return actor;
    }
}
