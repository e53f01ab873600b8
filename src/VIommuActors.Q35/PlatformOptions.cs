using System.Collections.Immutable;
using System.Globalization;
using VIommuActors.Protocols.Seam;
using VIommuActors.Vtd;

namespace VIommuActors.Q35;

/// <summary>What stands on the command line of a machine, checked for form but not against the machine.</summary>
public sealed record PlatformOptions
{
    /// <summary>RAM in bytes; 128 MiB as QEMU's default.</summary>
    public ulong RamBytes { get; init; } = 128UL << 20;

    /// <summary>The VGA function at 00:01.0 that a machine has unless told otherwise.</summary>
    public bool Vga { get; init; } = true;

    /// <summary>The network function that a machine has unless told otherwise; before the devices of the command line.</summary>
    public bool Nic { get; init; } = true;

    /// <summary>The release whose platform is shown: identity registers, defaults.</summary>
    public QemuRelease Release { get; init; } = QemuRelease.Qemu7;

    /// <summary>The unit; null for a machine without one.</summary>
    public VtdOptions? Unit { get; init; }

    /// <summary>The design by which devices reach memory through the unit.</summary>
    public required IProtocol Protocol { get; init; }

    /// <summary>Its options.</summary>
    public required ProtocolOptions ProtocolOptions { get; init; }

    /// <summary>The devices in the order of the command line.</summary>
    public ImmutableArray<PciDeviceOptions> Devices { get; init; } = [];
}

/// <summary>A PCI device of the command line.</summary>
/// <param name="Type">edu, iommu-testdev, pcie-root-port, ioh3420, pci-bridge, pcie-pci-bridge or i82801b11-bridge.</param>
/// <param name="Id">Its id; empty when it has none.</param>
/// <param name="Bus">The id of the bridge (or the name of the bus) it sits on; empty for the root bus.</param>
/// <param name="Address">Device and function number as <c>addr=</c> gives it; null to take the next free slot.</param>
/// <param name="Properties">The other properties as written.</param>
public sealed record PciDeviceOptions(
    string Type, string Id, string Bus, (int Slot, int Function)? Address, ImmutableSortedDictionary<string, string> Properties)
{
    /// <summary>A property that is a number, decimal or with 0x; <paramref name="otherwise"/> when it is not given.</summary>
    /// <exception cref="PlatformOptionsException">It is no number, or above <paramref name="most"/>.</exception>
    public ulong Number(string name, ulong otherwise, ulong most = ulong.MaxValue)
    {
        if (!Properties.TryGetValue(name, out var text)) return otherwise;
        var isHex = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        var style = isHex ? NumberStyles.AllowHexSpecifier : NumberStyles.None;
        if (ulong.TryParse(isHex ? text.AsSpan(2) : text, style, CultureInfo.InvariantCulture, out var value) && value <= most) return value;
        throw new PlatformOptionsException($"{Type}: {name}={text} is not a number from 0 to {most}");
    }
}

/// <summary>The command line asks for what the machine cannot be: a bus that is not there, a slot that is taken.</summary>
public sealed class PlatformOptionsException(string message) : Exception(message);
