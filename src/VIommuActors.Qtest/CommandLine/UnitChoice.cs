using System.Collections.Immutable;
using VIommuActors.Protocols;
using VIommuActors.Protocols.Seam;
using VIommuActors.Vtd;

namespace VIommuActors.Qtest.CommandLine;

/// <summary>What the unit's own properties choose: the release it passes for, its ways, and the design behind it.</summary>
internal static class UnitChoice
{
    /// <summary>The design when none is named: every access is translated, and nothing else is done about stale ones.</summary>
    public static IProtocol DefaultProtocol { get; } = ProtocolCatalog.Find("translate")!;

    /// <summary>Options of all designs, with the defaults of scenarios.</summary>
    public static ProtocolOptions ProtocolDefaults { get; } = new(ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal,
    [
        KeyValuePair.Create("tlb-entries", "64"),
        KeyValuePair.Create("invalidate-timeout-ns", "90000000000"),
        KeyValuePair.Create("scope", "selective"),
        KeyValuePair.Create("epochs", "true"),
        KeyValuePair.Create("retransmit-ns", "0"),
    ]));

    /// <summary>True for a device, or a property of it, that only later releases have.</summary>
    public static bool IsLater(OptionText device) => device[DeviceText.Driver] switch
    {
        DeviceProperties.TestDevice => true,
        DeviceProperties.Unit => device.Pairs.Any(pair => DeviceProperties.IsLater(pair.Key)),
        _ => false,
    };

    /// <summary>The release that a unit names in <c>quirks=</c>.</summary>
    public static QemuRelease? PinnedRelease(IEnumerable<OptionText> devices) =>
        devices.Where(device => device[DeviceText.Driver] == DeviceProperties.Unit)
            .Select(device => Named(device[DeviceProperties.Quirks])).FirstOrDefault(release => release is not null);

    /// <summary>Whose ways the unit has; null for the specification's.</summary>
    /// <exception cref="CommandLineException">The value is none of the four.</exception>
    public static QemuRelease? Quirks(OptionText unit, QemuRelease release) => unit[DeviceProperties.Quirks] switch
    {
        null or "qemu" => release,
        "spec" => null,
        var name => Named(name) ?? throw unit.Error($"Parameter '{DeviceProperties.Quirks}' expects qemu, qemu-7.2, qemu-11.1 or spec"),
    };

    /// <summary>The design behind the unit.</summary>
    /// <exception cref="CommandLineException">There is none of that name, or it needs what the unit does not offer.</exception>
    public static IProtocol Protocol(OptionText unit, UnitProperties properties)
    {
        if (unit[DeviceProperties.Protocol] is not { } name) return DefaultProtocol;
        var protocol = ProtocolCatalog.Find(name) ?? throw unit.Error(
            $"Parameter '{DeviceProperties.Protocol}' expects {string.Join(", ", ProtocolCatalog.All.Select(known => known.Name))}");
        if (protocol.UsesDeviceTlb && !properties.DeviceTlb) throw unit.Error($"{DeviceProperties.Protocol}={name} needs device-iotlb=on");
        return protocol;
    }

    private static QemuRelease? Named(string? quirks) => quirks switch
    {
        "qemu-7.2" => QemuRelease.Qemu7,
        "qemu-11.1" => QemuRelease.Qemu11,
        _ => null,
    };
}
