using System.Collections.Immutable;
using VIommuActors.Q35;
using VIommuActors.Vtd;

namespace VIommuActors.Qtest.CommandLine;

/// <summary>Reads <c>-device</c> in the order of the command line.</summary>
internal sealed class DeviceReader(QemuRelease release, GlobalProperties globals)
{
    private readonly ImmutableArray<PciDeviceOptions>.Builder _devices = ImmutableArray.CreateBuilder<PciDeviceOptions>();
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);
    private OptionText? _unit;

    /// <summary>Why a device has no place in a machine that is none.</summary>
    public static CommandLineException NoBus(OptionText device, QemuRelease release)
    {
        var type = TypeOf(device, release);
        return device.Error(type == DeviceProperties.Unit
            ? "Parameter 'driver' expects a dynamic sysbus device type for the machine"
            : $"No 'PCI' bus found for device '{type}'");
    }

    /// <summary>Reads one.</summary>
    /// <exception cref="CommandLineException">Unknown type, unknown property, bad value, id used twice.</exception>
    public void Read(OptionText written)
    {
        var type = TypeOf(written, release);
        var device = written.With(globals.Of(type).Concat(written.Pairs));
        var known = DeviceProperties.Of(type, release).ToDictionary(property => property.Name, StringComparer.Ordinal);
        foreach (var (key, value) in device.Pairs)
        {
            if (key is DeviceText.Driver or "id" or "bus") continue;
            if (!known.TryGetValue(key, out var property)) throw written.Error($"Property '{type}.{key}' not found");
            if (property.Objection(type, value) is { } objection) throw written.Error(objection);
        }
        var id = TakeId(device);
        if (type == DeviceProperties.Unit) TakeUnit(device);
        else TakePciDevice(type, id, device, known);
    }

    /// <summary>The platform with what has been read.</summary>
    /// <exception cref="CommandLineException">The unit's properties contradict each other.</exception>
    public PlatformOptions AddTo(PlatformOptions platform)
    {
        if (_unit is null) return platform with { Devices = _devices.ToImmutable() };
        var properties = UnitProperties.From(_unit, release);
        return platform with
        {
            Devices = _devices.ToImmutable(),
            Unit = properties.ToOptions(release, UnitChoice.Quirks(_unit, release)),
            Protocol = UnitChoice.Protocol(_unit, properties),
        };
    }

    private static string TypeOf(OptionText device, QemuRelease release)
    {
        var type = device[DeviceText.Driver] ?? throw device.Error("Parameter 'driver' is missing");
        return DeviceProperties.Exists(type, release) ? type : throw device.Error($"'{type}' is not a valid device model name");
    }

    private string TakeId(OptionText device)
    {
        if (device["id"] is not { } id) return "";
        if (id.Length == 0 || !char.IsAsciiLetter(id[0]) || !id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_'))
        {
            throw device.Error(
                "Parameter 'id' expects an identifier\nIdentifiers consist of letters, digits, '-', '.', '_', starting with a letter.");
        }
        return _ids.Add(id) ? id : throw device.Error($"Duplicate ID '{id}' for device");
    }

    private void TakeUnit(OptionText device)
    {
        if (device["bus"] is { } bus) throw device.Error(bus == "pcie.0" ? "Device 'intel-iommu' can't go on PCIE bus" : $"Bus '{bus}' not found");
        if (_unit is not null) throw device.Error("QEMU does not support multiple vIOMMUs for x86 yet.");
        _unit = device;
    }

    private void TakePciDevice(string type, string id, OptionText device, Dictionary<string, DeviceProperty> known)
    {
        if (type == "pci-bridge" && device["chassis_nr"] is null or "0")
        {
            throw device.Error("Bridge chassis not specified. Each bridge is required to be assigned a unique chassis id > 0.");
        }
        (int, int)? address = device["addr"] is { } text && PciAddress.TryParse(text, out var place) ? place : null;
        var properties = known.Keys.Where(key => key != "addr" && device[key] is not null)
            .ToImmutableSortedDictionary(key => key, key => device[key]!, StringComparer.Ordinal);
        _devices.Add(new(type, id, device["bus"] ?? "", address, properties));
    }
}
