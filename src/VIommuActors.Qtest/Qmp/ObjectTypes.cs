using System.Collections.Immutable;
using VIommuActors.Vtd;

namespace VIommuActors.Qtest.Qmp;

/// <summary>A type of QEMU's object model.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Parent">The type it extends; empty for a root.</param>
/// <param name="IsAbstract">No object is of this very type.</param>
internal sealed record ObjectType(string Name, string Parent, bool IsAbstract = false);

/// <summary>The types that are modelled, with the parents that QEMU 7.2's <c>qom-list-types</c> gives them.</summary>
internal static class ObjectTypes
{
    private static readonly ImmutableArray<ObjectType> Common =
    [
        new("device", "object", true),
        new("sys-bus-device", "device", true),
        new("x86-iommu", "sys-bus-device", true),
        new("intel-iommu", "x86-iommu"),
        new("ioapic-common", "sys-bus-device", true),
        new("ioapic", "ioapic-common"),
        new("pci-host-bridge", "sys-bus-device", true),
        new("pcie-host-bridge", "pci-host-bridge", true),
        new("q35-pcihost", "pcie-host-bridge"),
        new("pci-device", "device", true),
        new("edu", "pci-device"),
        new("mch", "pci-device"),
        new("ICH9-LPC", "pci-device"),
        new("ich9-ahci", "pci-device"),
        new("ICH9-SMB", "pci-device"),
        new("base-pci-bridge", "pci-device", true),
        new("pci-bridge", "base-pci-bridge"),
        new("pcie-pci-bridge", "base-pci-bridge"),
        new("i82801b11-bridge", "base-pci-bridge"),
        new("pcie-port", "base-pci-bridge", true),
        new("pcie-slot", "pcie-port", true),
        new("pcie-root-port-base", "pcie-slot", true),
        new("pcie-root-port", "pcie-root-port-base"),
        new("ioh3420", "pcie-root-port-base"),
        new("machine", "object", true),
        new("x86-machine", "machine", true),
        new("generic-pc-machine", "x86-machine", true),
        new("none-machine", "machine"),
    ];

    /// <summary>Those of a release.</summary>
    public static IEnumerable<ObjectType> Of(QemuRelease release)
    {
        var types = Common.Add(new($"{ReleaseNames.Of(release).Machine}-machine", "generic-pc-machine"));
        return release == QemuRelease.Qemu7 ? types : types.Add(new("iommu-testdev", "pci-device"));
    }

    /// <summary>Those that are of a type or extend it; every type extends <c>object</c>.</summary>
    public static IEnumerable<ObjectType> Implementing(QemuRelease release, string ancestor)
    {
        var types = Of(release).ToDictionary(type => type.Name);
        return Of(release).Where(type =>
        {
            for (var name = type.Name; ; name = types[name].Parent)
            {
                if (name == ancestor) return true;
                if (!types.ContainsKey(name)) return false;
            }
        });
    }
}
