using System.Collections.Immutable;

namespace VIommuActors.Q35.Pci;

/// <summary>Puts the functions of a machine where QEMU puts them: those of the machine first, then the command line in its order.</summary>
internal sealed class TreeBuilder
{
    private const string RootName = "pcie.0";
    private const ulong EduDmaMask = 0x0fffffff;

    private readonly PciBus _root = new(null);
    private readonly List<PciFunction> _functions = [];
    private readonly Dictionary<string, PciBus> _buses = new(StringComparer.Ordinal);
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);
    private readonly HashSet<(ulong Chassis, ulong Slot)> _chassisSlots = [];
    private readonly List<PciDevice> _devices = [];

    /// <summary>Places everything.</summary>
    /// <exception cref="PlatformOptionsException">A bus is not there, a place is taken, a name is used twice.</exception>
    public TreeBuilder(PlatformOptions options)
    {
        _buses.Add(RootName, _root);
        Place(BoardFunctions.HostBridge(_root));
        foreach (var function in BoardFunctions.Ich9(_root)) Place(function);
        if (options.Vga) Place(BoardFunctions.Vga(_root));
        if (options.Nic) Place(BoardFunctions.Nic(_root, _root.FreeSlot()!.Value << 3));
        foreach (var device in options.Devices)
        {
            try
            {
                Add(device);
            }
            catch (PlatformOptionsException e) when (device.Written.Length > 0)
            {
                throw new PlatformOptionsException($"{device.Written}: {e.Message}");
            }
        }
    }

    /// <summary>The functions that have an actor behind them.</summary>
    public ImmutableArray<PciDevice> Devices => [.. _devices];

    /// <summary>The tree; what it calls is described there.</summary>
    public PciTree Build(Action changed, Action<PciFunction, int, int> pinTouched) => new(_root, [.. _functions], changed, pinTouched);

    private void Add(PciDeviceOptions device)
    {
        if (device.Id.Length > 0 && !_ids.Add(device.Id)) throw new PlatformOptionsException($"Duplicate ID '{device.Id}' for device");
        var bus = _root;
        if (device.Bus.Length > 0 && !_buses.TryGetValue(device.Bus, out bus))
            throw new PlatformOptionsException($"Bus '{device.Bus}' not found");
        CheckChassis(device);
        var devFn = DevFnOf(device, bus);
        if (Bridges.Create(device.Type, bus, devFn, device) is { } bridge)
        {
            Place(bridge, device);
            if (device.Id.Length > 0) _buses.TryAdd(device.Id, bridge.Secondary);
            return;
        }
        var (config, barSize) = device.Type switch
        {
            PciDevice.Edu => (BoardFunctions.Edu(), 1u << 20),
            PciDevice.Test => (BoardFunctions.TestDevice(), 1u << 12),
            _ => throw new PlatformOptionsException($"'{device.Type}' is not a valid device model name"),
        };
        var function = new PciFunction(bus, devFn, device.Type, config)
        {
            BarSize = barSize,
            Party = _devices.Count,
            MsiCapability = device.Type == PciDevice.Edu ? BoardFunctions.EduMsi : 0,
            Id = device.Id.Length > 0 ? device.Id : null,
        };
        var mask = device.Type == PciDevice.Edu ? device.Number("dma_mask", EduDmaMask) : ulong.MaxValue;
        _devices.Add(new PciDevice(device.Type, function, mask));
        Place(function, device);
    }

    private void CheckChassis(PciDeviceOptions device)
    {
        if (device.Type == Bridges.Conventional && device.Number(Bridges.ChassisNumber, 0, byte.MaxValue) == 0)
            throw new PlatformOptionsException(
                "Bridge chassis not specified. Each bridge is required to be assigned a unique chassis id > 0.");
        if (!Bridges.IsPort(device.Type)) return;
        var place = (device.Number("chassis", 0, byte.MaxValue), device.Number("slot", 0, ushort.MaxValue));
        if (!_chassisSlots.Add(place))
            throw new PlatformOptionsException("Can't add chassis slot, error -16");
    }

    private static int DevFnOf(PciDeviceOptions device, PciBus bus)
    {
        if (device.Address is not { } place)
            return bus.FreeSlot() is { } slot
                ? slot << 3
                : throw new PlatformOptionsException($"PCI: no slot/function available for {device.Type}, all in use or reserved");
        if (place is { Slot: < 0 or > 31 } or { Function: < 0 or > 7 })
            throw new PlatformOptionsException(
                $"Property '{device.Type}.addr' doesn't take value '{place.Slot:x}.{place.Function:x}'");
        var devFn = (place.Slot << 3) | place.Function;
        if (bus[devFn] is { } other)
            throw new PlatformOptionsException(
                $"PCI: slot {place.Slot} function {place.Function} not available for {device.Type}, in use by {other.Name},"
                + $"id={other.Id ?? "(null)"}");
        return devFn;
    }

    private void Place(PciFunction function, PciDeviceOptions device)
    {
        if (device.Properties.GetValueOrDefault("multifunction") is "on" or "true" or "yes")
            function.Config.At(ConfigOffset.HeaderType, [(byte)(function.Config[ConfigOffset.HeaderType] | 0x80)]);
        var (slot, number) = (function.DevFn >> 3, function.DevFn & 7);
        if (number > 0 && function.Bus[slot << 3] is { IsMultifunction: false })
            throw new PlatformOptionsException($"PCI: single function device can't be populated in function {slot:x}.{number:x}");
        for (var other = 1; number == 0 && !function.IsMultifunction && other < 8; other++)
        {
            if (function.Bus[(slot << 3) | other] is not null)
                throw new PlatformOptionsException(
                    $"PCI: {slot:x}.0 indicates single function, but {slot:x}.{other:x} is already populated.");
        }
        Place(function);
    }

    private void Place(PciFunction function)
    {
        function.Bus.Add(function);
        _functions.Add(function);
    }
}
