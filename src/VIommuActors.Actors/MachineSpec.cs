using System.Collections.Immutable;
using VIommuActors.Guest.Cpu;
using VIommuActors.Guest.Driver;
using VIommuActors.Guest.Workloads;
using VIommuActors.Machine;
using VIommuActors.Machine.Cpu;
using VIommuActors.Machine.DeviceModel;
using VIommuActors.Machine.Hypervisor;
using VIommuActors.Oracle;
using VIommuActors.Protocols.Seam;
using VIommuActors.Vtd;
using VIommuActors.Vtd.Memory;

namespace VIommuActors.Actors;

/// <summary>A device to build.</summary>
/// <param name="Source">Requester id.</param>
/// <param name="Unit">Index of its unit.</param>
/// <param name="Profile">What it is.</param>
public sealed record DeviceSpec(SourceId Source, int Unit, DeviceProfile Profile);

/// <summary>One guest and the machine around it.</summary>
public sealed record GuestSpec
{
    /// <summary>Number of vCPUs.</summary>
    public required int Vcpus { get; init; }

    /// <summary>Guest-physical bases of the units.</summary>
    public required ImmutableArray<ulong> UnitBases { get; init; }

    /// <summary>What the units offer.</summary>
    public required VtdOptions Unit { get; init; }

    /// <summary>The devices, by index.</summary>
    public required ImmutableArray<DeviceSpec> Devices { get; init; }

    /// <summary>The guest's RAM.</summary>
    public required IGuestMemory Ram { get; init; }

    /// <summary>What its vCPUs run.</summary>
    public required IGuestProgram Program { get; init; }

    /// <summary>Polling loops relax after each look, for runs without time.</summary>
    public bool RelaxesAtOnce { get; init; }

    /// <summary>The random draws of a vCPU.</summary>
    public required Func<int, IDice> Dice { get; init; }
}

/// <summary>Everything a machine is built from.</summary>
public sealed record MachineSpec
{
    /// <summary>The guests.</summary>
    public required ImmutableArray<GuestSpec> Guests { get; init; }

    /// <summary>Number of the first of them.</summary>
    public int FirstGuest { get; init; }

    /// <summary>The design.</summary>
    public required IProtocol Protocol { get; init; }

    /// <summary>Its options.</summary>
    public required ProtocolOptions Options { get; init; }

    /// <summary>What its parties are made of.</summary>
    public MachineParts Parts { get; init; } = MachineParts.Real;

    /// <summary>Told what guests do.</summary>
    public required IGuestWatch GuestWatch { get; init; }

    /// <summary>Told what reaches memory.</summary>
    public required IMemoryWatch MemoryWatch { get; init; }

    /// <summary>Told what devices cost.</summary>
    public required IDeviceMeter Meter { get; init; }

    /// <summary>Told when vCPUs end.</summary>
    public required IVcpuWatch VcpuWatch { get; init; }

    /// <summary>Told what units do, if anyone wants to know.</summary>
    public IUnitObserver? UnitObserver { get; init; }
}
