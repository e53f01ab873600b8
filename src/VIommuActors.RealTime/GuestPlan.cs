using VIommuActors.Actors;
using VIommuActors.Blueprints.Building;
using VIommuActors.Guest.Cpu;
using VIommuActors.Machine.DeviceModel;
using VIommuActors.Machine.Cpu;
using VIommuActors.Oracle;
using VIommuActors.Protocols.Seam;
using VIommuActors.Scenarios.Model;
using VIommuActors.Seeds;

namespace VIommuActors.RealTime;

/// <summary>What every guest of a run in real time is built from. Guests share nothing but the host they run on.</summary>
/// <param name="Scenario">The situation.</param>
/// <param name="Protocol">The design.</param>
/// <param name="Seed">Seed of what guests draw; the order of things is the host's.</param>
/// <param name="EndsEarly">Asked by guests before each round; true ends their work. Null: they do all their rounds.</param>
/// <param name="RelaxesAtOnce">Guests relax after their first look at what they poll, because it is far away.</param>
public sealed record GuestPlan(
    Scenario Scenario, IProtocol Protocol, ulong Seed, Func<bool>? EndsEarly = null, bool RelaxesAtOnce = false)
{
    /// <summary>The machine of guest <paramref name="guest"/> alone.</summary>
    /// <param name="guest">Number of the guest.</param>
    /// <param name="watch">Told what it does.</param>
    /// <param name="memory">Told what reaches its memory.</param>
    /// <param name="meter">Told what its devices cost.</param>
    /// <param name="vcpus">Told how its vCPUs end.</param>
    /// <param name="beforeWork">Awaited by each vCPU between start-up and its first round.</param>
    public MachineSpec Machine(
        int guest, IGuestWatch watch, IMemoryWatch memory, IDeviceMeter meter, IVcpuWatch vcpus,
        Func<IGuestCpu, GuestCode>? beforeWork = null) => new()
    {
        Guests =
        [
            MachineBuilder.RealTimeGuest(
                Scenario, Protocol, new SeededRandom(Seed).Derive("workload"), guest, EndsEarly, RelaxesAtOnce, beforeWork),
        ],
        FirstGuest = guest,
        Protocol = Protocol,
        Parts = new RealParts(new Lock(), Scenario.Topology.Vcpus),
        Options = MachineBuilder.Options(Scenario, Protocol),
        GuestWatch = watch,
        MemoryWatch = memory,
        Meter = meter,
        VcpuWatch = vcpus,
    };
}
