using VIommuActors.Guest.Cpu;
using VIommuActors.Guest.Workloads;
using VIommuActors.Machine;
using VIommuActors.Machine.Cpu;
using VIommuActors.Oracle;
using VIommuActors.Protocols.Messages;
using VIommuActors.Protocols.Seam;
using VIommuActors.Vtd.Memory;

namespace VIommuActors.RealTime;

/// <summary>
/// The real machine, with one difference: vCPUs of a guest share their driver's state as if they ran on one thread, so here they take
/// turns, a message at a time. Where the guest has several threads, units, devices and memory run beside them. And they give way: see
/// <see cref="DirectWires"/>.
/// </summary>
public sealed class RealParts(Lock turns, int vcpus) : MachineParts
{
    /// <inheritdoc/>
    public override IParty Cpu(
        IPort port, GuestNodes nodes, int index, IGuestMemory ram, IGuestWatch guest, IDice dice, IGuestProgram program, IVcpuWatch watch,
        bool relaxesAtOnce)
    {
        var cpu = new Vcpu(port, nodes, index, ram, guest, dice, program, watch) 
        {
            GivesWay = true,
            RelaxesAtOnce = relaxesAtOnce,
        };
        return vcpus == 1 ? cpu : new TakingTurns(cpu, turns);
    }

    private sealed class TakingTurns(IParty cpu, Lock guest) : IParty
    {
        public void Receive(Message message)
        {
            lock (guest) cpu.Receive(message);
        }
    }
}
