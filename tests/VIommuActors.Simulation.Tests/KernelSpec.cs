using Akka.Actor;

namespace VIommuActors.Simulation.Tests;

public sealed class KernelSpec : IDisposable
{
    private readonly SimSystem _sim = SimSystem.Create("sim");

    public void Dispose() => _sim.Dispose();

    [Fact]
    public void A_message_is_delivered_and_the_run_ends_quiescent()
    {
        var got = new List<object>();
        _sim.Kernel.BeginRun(FirstChoice.Instance, null);
        var a = _sim.System.ActorOf(Act.Props((_, m) => got.Add(m)), "a");
        a.Tell("x");
        Assert.Equal(RunEnd.Quiescent, _sim.Kernel.ToEnd());
        Assert.Equal(["x"], got);
        Assert.Equal(1, _sim.Kernel.Steps);
    }
}
