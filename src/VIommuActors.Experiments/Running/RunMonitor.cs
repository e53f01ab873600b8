using VIommuActors.Blueprints.Remarks;
using VIommuActors.Experiments.Figures;
using VIommuActors.Machine.Cpu;
using VIommuActors.Oracle;
using VIommuActors.Simulation;
using VIommuActors.Trace;

namespace VIommuActors.Experiments.Running;

/// <summary>
/// Position for the oracle, and the end of the run: once every vCPU has ended and no request is open, there is nothing left to see.
/// </summary>
internal sealed class RunMonitor(SimKernel kernel, int vcpus, bool stopsAtEnd) : IRunPosition, IVcpuWatch
{
    private readonly List<string> _stops = [];
    private readonly List<Vcpu> _vcpus = [];
    private int _running = vcpus;

    public long Step => kernel.Steps;

    public long NowNs => kernel.NowNs;

    public IReadOnlyList<string> Stops => _stops;

    /// <summary>vCPUs whose guest stopped itself or was crashed; one that was made to panic does not count.</summary>
    public int Stopped => _vcpus.Count(vcpu => vcpu.End == VcpuEnd.Stopped);

    /// <summary>Guests that were made to panic, by number.</summary>
    public IEnumerable<int> Panicked => _vcpus.Where(vcpu => vcpu.End == VcpuEnd.Panicked).Select(vcpu => vcpu.Guest).Distinct().Order();

    public int Running => _running;

    /// <summary>vCPUs that sit inside the hypervisor and execute nothing.</summary>
    public IEnumerable<Vcpu> Blocked => _vcpus.Where(vcpu => vcpu.End == VcpuEnd.Running && vcpu.IsBlockedInXen);

    public void Began(Vcpu vcpu) => _vcpus.Add(vcpu);

    public void Ended(int guest, int vcpu, string? why)
    {
        if (why is not null) _stops.Add($"guest {guest} vCPU {vcpu} stopped: {why}");
        _running--;
        // Programs wait for their devices before they end, so nothing of interest is under way when the last one does.
        if (_running == 0 && stopsAtEnd) kernel.Stop();
    }
}

/// <summary>Writes each step of the kernel to a trace, under the machine's names.</summary>
internal sealed class StepRecorder(ITraceSink sink, Actors.Wiring.NodeTable table, Func<Akka.Actor.IActorRef, int> nodeOf) : IStepObserver
{
    public void Delivering(in Step step)
    {
        if (step.Message is not Protocols.Messages.Message message) return;
        var to = table.NameOf(new Protocols.Messages.NodeId(nodeOf(step.Receiver)));
        sink.Event(new TraceStep(
            step.Number, step.TimeNs, to, table.NameOf(message.From), WireNames.Of(message.Wire), message, step.Cause,
            step.Enabled, step.Chosen));
    }
}
