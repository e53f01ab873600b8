using System.Collections.Immutable;
using VIommuActors.Protocols.Messages;
using VIommuActors.Vtd;

namespace VIommuActors.Machine;

/// <summary>A device's place in a guest.</summary>
/// <param name="Node">Its party.</param>
/// <param name="Source">Its requester id.</param>
/// <param name="Unit">Index of its unit, and so of its emulator.</param>
public sealed record DevicePlace(NodeId Node, SourceId Source, int Unit)
{
    /// <summary>Its requester id; another one when the guest gives the bus that it sits on another number.</summary>
    public SourceId Source { get; set; } = Source;
}

/// <summary>Who is who in one guest.</summary>
public sealed record GuestNodes
{
    /// <summary>Number of the guest, from 0.</summary>
    public required int Guest { get; init; }

    /// <summary>The hypervisor's ioreq server side.</summary>
    public required NodeId Hub { get; init; }

    /// <summary>Guest memory.</summary>
    public required NodeId Memory { get; init; }

    /// <summary>vCPUs by index.</summary>
    public required ImmutableArray<NodeId> Vcpus { get; init; }

    /// <summary>Units by index.</summary>
    public required ImmutableArray<NodeId> Units { get; init; }

    /// <summary>Base addresses of the units.</summary>
    public required ImmutableArray<ulong> UnitBases { get; init; }

    /// <summary>Dummy vIOMMUs by index; each serves the unit of the same index.</summary>
    public required ImmutableArray<NodeId> Dummies { get; init; }

    /// <summary>Devices by index.</summary>
    public required ImmutableArray<DevicePlace> Devices { get; init; }

    /// <summary>Index of the device whose party this is; -1 for any other party.</summary>
    public int IndexOfDevice(NodeId party)
    {
        for (var device = 0; device < Devices.Length; device++)
        {
            if (Devices[device].Node == party) return device;
        }
        return -1;
    }

    /// <summary>Index of the unit whose emulator process the party belongs to; -1 for a party of no such process.</summary>
    public int ProcessOf(NodeId party) => IndexOfDevice(party) is >= 0 and var device ? Devices[device].Unit : Dummies.IndexOf(party);
}
