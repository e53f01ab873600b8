using VIommuActors.Actors;
using VIommuActors.Protocols.Messages;
using VIommuActors.Scenarios.Model;

namespace VIommuActors.Blueprints.Faults;

/// <summary>What kind of party stands behind each id of a machine, and between which kinds messages travel that rules can strike.</summary>
public sealed class PartyKinds
{
    private readonly PartyKind[] _kinds;

    /// <summary>The kinds of the parties of <paramref name="layout"/>.</summary>
    public PartyKinds(MachineLayout layout)
    {
        _kinds = new PartyKind[layout.Table.Count];
        foreach (var guest in layout.Guests)
        {
            foreach (var vcpu in guest.Vcpus) _kinds[vcpu.Index] = PartyKind.Vcpu;
            foreach (var unit in guest.Units) _kinds[unit.Index] = PartyKind.VIommu;
            foreach (var dummy in guest.Dummies) _kinds[dummy.Index] = PartyKind.DummyVIommu;
            foreach (var device in guest.Devices) _kinds[device.Node.Index] = PartyKind.Device;
            _kinds[guest.Hub.Index] = PartyKind.Ioreq;
            _kinds[guest.Memory.Index] = PartyKind.Memory;
        }
    }

    /// <summary>The links of the machine.</summary>
    public static IReadOnlyList<(PartyKind From, PartyKind To)> Links { get; } =
    [
        (PartyKind.Vcpu, PartyKind.VIommu), (PartyKind.Vcpu, PartyKind.Ioreq), (PartyKind.Vcpu, PartyKind.Device),
        (PartyKind.VIommu, PartyKind.Vcpu), (PartyKind.VIommu, PartyKind.Ioreq), (PartyKind.VIommu, PartyKind.DummyVIommu),
        (PartyKind.VIommu, PartyKind.Device), (PartyKind.VIommu, PartyKind.Memory),
        (PartyKind.Ioreq, PartyKind.Vcpu), (PartyKind.Ioreq, PartyKind.DummyVIommu),
        (PartyKind.DummyVIommu, PartyKind.VIommu), (PartyKind.DummyVIommu, PartyKind.Ioreq), (PartyKind.DummyVIommu, PartyKind.Device),
        (PartyKind.Device, PartyKind.Vcpu), (PartyKind.Device, PartyKind.VIommu), (PartyKind.Device, PartyKind.DummyVIommu),
        (PartyKind.Device, PartyKind.Memory),
        (PartyKind.Memory, PartyKind.VIommu), (PartyKind.Memory, PartyKind.Device),
    ];

    /// <summary>The kind of a party.</summary>
    public PartyKind this[NodeId party] => _kinds[party.Index];

    /// <summary>The name that scenarios use.</summary>
    public static string NameOf(PartyKind kind) =>
        kind == PartyKind.DummyVIommu ? PlannedCrashes.DummyVIommu : kind.ToString().ToLowerInvariant();
}
