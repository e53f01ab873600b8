using System.Collections.Immutable;
using VIommuActors.Vtd;

namespace VIommuActors.Qtest.CommandLine;

/// <summary>What a property takes.</summary>
internal enum PropertyKind
{
    /// <summary>on or off.</summary>
    Flag,

    /// <summary>on, off or auto.</summary>
    Choice,

    /// <summary>0 to 255.</summary>
    Byte,

    /// <summary>0 to 65535.</summary>
    Word,

    /// <summary>32 bits.</summary>
    Number,

    /// <summary>64 bits.</summary>
    Long,

    /// <summary>Slot and function, hexadecimal: <c>1f.3</c>.</summary>
    Address,

    /// <summary>Anything.</summary>
    Text,
}

/// <summary>A property of a type of device.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">What it takes.</param>
/// <param name="Since">The first release that has it.</param>
internal sealed record DeviceProperty(string Name, PropertyKind Kind, QemuRelease Since = QemuRelease.Qemu7)
{
    /// <summary>QEMU's name for what it takes.</summary>
    public string TypeName => Kind switch
    {
        PropertyKind.Flag => "bool",
        PropertyKind.Choice => "OnOffAuto",
        PropertyKind.Byte => "uint8",
        PropertyKind.Word => "uint16",
        PropertyKind.Number => "uint32",
        PropertyKind.Long => "uint64",
        PropertyKind.Address => "int32",
        _ => "str",
    };

    /// <summary>What is wrong with a value, or null.</summary>
    public string? Objection(string type, string value) => Kind switch
    {
        PropertyKind.Flag => value is "on" or "off" or "yes" or "no" or "true" or "false" or "y" or "n" ? null
            : $"Parameter '{Name}' expects 'on' or 'off'",
        PropertyKind.Choice => value is "on" or "off" or "auto" ? null : $"Parameter '{Name}' does not accept value '{value}'",
        PropertyKind.Address => PciAddress.TryParse(value, out _) ? null : $"Property '{type}.{Name}' doesn't take value '{value}'",
        PropertyKind.Text => null,
        _ => !OptionText.TryNumber(value, out var number) ? $"Parameter '{Name}' expects integer"
            : number <= Largest ? null : $"Parameter '{Name}' expects {TypeName}_t",
    };

    private ulong Largest => Kind switch
    {
        PropertyKind.Byte => byte.MaxValue,
        PropertyKind.Word => ushort.MaxValue,
        PropertyKind.Number => uint.MaxValue,
        _ => ulong.MaxValue,
    };
}

/// <summary>The types of device there are and their properties.</summary>
internal static class DeviceProperties
{
    /// <summary>The unit; everything else is a PCI device.</summary>
    public const string Unit = "intel-iommu";

    /// <summary>Needs <see cref="QemuRelease.Qemu11"/>.</summary>
    public const string TestDevice = "iommu-testdev";

    /// <summary>Properties of the unit that no QEMU has.</summary>
    public const string Quirks = "quirks", Protocol = "protocol";

    private static readonly ImmutableArray<DeviceProperty> OfUnit =
    [
        new("version", PropertyKind.Number), new("eim", PropertyKind.Choice), new("x-buggy-eim", PropertyKind.Flag),
        new("aw-bits", PropertyKind.Byte), new("caching-mode", PropertyKind.Flag), new("x-scalable-mode", PropertyKind.Flag),
        new("snoop-control", PropertyKind.Flag), new("x-pasid-mode", PropertyKind.Flag), new("dma-drain", PropertyKind.Flag),
        new("dma-translation", PropertyKind.Flag), new("intremap", PropertyKind.Choice), new("device-iotlb", PropertyKind.Flag),
        new("pt", PropertyKind.Flag), new(Quirks, PropertyKind.Text), new(Protocol, PropertyKind.Text),
        new("scalable-mode", PropertyKind.Flag, QemuRelease.Qemu11), new("x-flts", PropertyKind.Flag, QemuRelease.Qemu11),
        new("flts", PropertyKind.Flag, QemuRelease.Qemu11), new("fsts", PropertyKind.Flag, QemuRelease.Qemu11),
        new("fs1gp", PropertyKind.Flag, QemuRelease.Qemu11), new("pasid-bits", PropertyKind.Byte, QemuRelease.Qemu11),
        new("svm", PropertyKind.Flag, QemuRelease.Qemu11), new("stale-tm", PropertyKind.Flag, QemuRelease.Qemu11),
    ];

    private static readonly ImmutableArray<DeviceProperty> OfPciDevice =
    [
        new("addr", PropertyKind.Address), new("multifunction", PropertyKind.Flag), new("rombar", PropertyKind.Number),
        new("romfile", PropertyKind.Text), new("romsize", PropertyKind.Number), new("acpi-index", PropertyKind.Number),
        new("x-pcie-lnksta-dllla", PropertyKind.Flag), new("x-pcie-extcap-init", PropertyKind.Flag), new("failover_pair_id", PropertyKind.Text),
    ];

    private static readonly ImmutableArray<DeviceProperty> OfPort =
    [
        new("port", PropertyKind.Byte), new("chassis", PropertyKind.Byte), new("slot", PropertyKind.Word), new("hotplug", PropertyKind.Flag),
        new("power_controller_present", PropertyKind.Flag), new("x-speed", PropertyKind.Text), new("x-width", PropertyKind.Text),
        new("io-reserve", PropertyKind.Text), new("mem-reserve", PropertyKind.Text), new("bus-reserve", PropertyKind.Number),
        new("pref32-reserve", PropertyKind.Text), new("pref64-reserve", PropertyKind.Text), new("x-migrate-msix", PropertyKind.Flag),
        new("disable-acs", PropertyKind.Flag),
    ];

    private static readonly ImmutableArray<DeviceProperty> OfBridge =
    [
        new("chassis_nr", PropertyKind.Byte), new("msi", PropertyKind.Choice), new("shpc", PropertyKind.Flag),
        new("io-reserve", PropertyKind.Text), new("mem-reserve", PropertyKind.Text), new("bus-reserve", PropertyKind.Number),
        new("pref32-reserve", PropertyKind.Text), new("pref64-reserve", PropertyKind.Text),
    ];

    /// <summary>True for a type that a release has.</summary>
    public static bool Exists(string type, QemuRelease release) => type == TestDevice ? release >= QemuRelease.Qemu11 : All(type) is not null;

    /// <summary>The properties of a type in a release; none for a type that is not modelled or is part of the machine.</summary>
    public static IEnumerable<DeviceProperty> Of(string type, QemuRelease release) => (All(type) ?? []).Where(property => property.Since <= release);

    /// <summary>True for a property of the unit that only a later release has.</summary>
    public static bool IsLater(string name) => OfUnit.Any(property => property.Name == name && property.Since > QemuRelease.Qemu7);

    private static IEnumerable<DeviceProperty>? All(string type) => type switch
    {
        Unit => OfUnit,
        "edu" => OfPciDevice.Add(new("dma_mask", PropertyKind.Long)),
        TestDevice => OfPciDevice,
        "pcie-root-port" or "ioh3420" => OfPciDevice.AddRange(OfPort),
        "pci-bridge" or "pcie-pci-bridge" => OfPciDevice.AddRange(OfBridge),
        "i82801b11-bridge" => OfPciDevice,
        _ => null,
    };
}
