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
        foreach (var device in options.Devices) Add(device);
    }

    /// <summary>The functions that have an actor behind them.</summary>
    public ImmutableArray<PciDevice> Devices => [.. _devices];

    /// <summary>The tree.</summary>
    public PciTree Build(Action changed) => new(_root, [.. _functions], changed);

    private void Add(PciDeviceOptions device)
    {
        if (device.Id.Length > 0 && !_ids.Add(device.Id)) throw new PlatformOptionsException($"Duplicate device ID '{device.Id}'");
        var bus = _root;
        if (device.Bus.Length > 0 && !_buses.TryGetValue(device.Bus, out bus))
            throw new PlatformOptionsException($"Bus '{device.Bus}' not found");
        var devFn = DevFnOf(device, bus);
        if (Bridges.Create(device.Type, bus, devFn, device) is { } bridge)
        {
            Place(bridge);
            if (device.Id.Length > 0) _buses.TryAdd(device.Id, bridge.Secondary);
            return;
        }
        var (config, barSize) = device.Type switch
        {
            PciDevice.Edu => (BoardFunctions.Edu(), 1u << 20),
            PciDevice.Test => (BoardFunctions.TestDevice(), 1u << 12),
            _ => throw new PlatformOptionsException($"'{device.Type}' is not a valid device model name"),
        };
        var function = new PciFunction(bus, devFn, device.Type, config) { BarSize = barSize, Party = _devices.Count };
        var mask = device.Type == PciDevice.Edu ? device.Number("dma_mask", EduDmaMask) : ulong.MaxValue;
        _devices.Add(new PciDevice(device.Type, function, mask));
        Place(function);
    }

    private static int DevFnOf(PciDeviceOptions device, PciBus bus)
    {
        if (device.Address is not { } place)
            return bus.FreeSlot() is { } slot
                ? slot << 3
                : throw new PlatformOptionsException($"PCI: no slot/function available for {device.Type}, all in use or reserved");
        if (place is { Slot: < 0 or > 31 } or { Function: < 0 or > 7 })
            throw new PlatformOptionsException($"{device.Type}: addr={place.Slot:x}.{place.Function:x} is no slot 0 to 1f and function 0 to 7");
        var devFn = (place.Slot << 3) | place.Function;
        if (bus[devFn] is { } other)
            throw new PlatformOptionsException(
                $"PCI: slot {place.Slot} function {place.Function} not available for {device.Type}, in use by {other.Name}");
        return devFn;
    }

    private void Place(PciFunction function)
    {
        function.Bus.Add(function);
        _functions.Add(function);
    }
}
