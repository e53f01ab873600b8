using VIommuActors.Vtd;

namespace VIommuActors.Q35.Pci;

/// <summary>A bus with its functions; the root bus has no bridge and number 0.</summary>
internal sealed class PciBus(PciBridge? bridge)
{
    private readonly PciFunction?[] _functions = new PciFunction?[256];
    private readonly List<PciBridge> _bridges = [];

    /// <summary>The bridge above; null for the root bus.</summary>
    public PciBridge? Bridge { get; } = bridge;

    /// <summary>Its number: what the guest gave the bridge.</summary>
    public byte Number => Bridge is null ? (byte)0 : Bridge.Config[ConfigOffset.Secondary];

    /// <summary>The function at a place; null when there is none.</summary>
    public PciFunction? this[int devFn] => _functions[devFn];

    /// <summary>Puts a function in its place.</summary>
    public void Add(PciFunction function)
    {
        _functions[function.DevFn] = function;
        // The youngest bridge is asked first, as QEMU keeps its list.
        if (function is PciBridge bridge) _bridges.Insert(0, bridge);
    }

    /// <summary>The first slot of which function 0 is free; null when the bus is full.</summary>
    public int? FreeSlot()
    {
        for (var slot = 0; slot < 32; slot++)
        {
            if (_functions[slot << 3] is null) return slot;
        }
        return null;
    }

    /// <summary>The bus that configuration cycles for <paramref name="number"/> reach from the root bus.</summary>
    public PciBus? Find(int number)
    {
        if (number == Number) return this;
        for (var bus = this; bus is not null;)
        {
            PciBus? next = null;
            foreach (var bridge in bus._bridges)
            {
                if (bridge.Secondary.Number == number) return bridge.Secondary;
                if (!bridge.PassesBus(number)) continue;
                next = bridge.Secondary;
                break;
            }
            bus = next;
        }
        return null;
    }
}

/// <summary>A function: its place, its configuration space, and how much address space its memory BARs take.</summary>
internal class PciFunction(PciBus bus, int devFn, string name, ConfigSpace config)
{
    private bool _pinLevel;

    /// <summary>The bus it sits on.</summary>
    public PciBus Bus { get; } = bus;

    /// <summary>Device and function number.</summary>
    public int DevFn { get; } = devFn;

    /// <summary>What it is, for messages.</summary>
    public string Name { get; } = name;

    /// <summary>Its configuration space.</summary>
    public ConfigSpace Config { get; } = config;

    /// <summary>Size of the memory BAR at 0x10, a power of two; 0 for none that anything answers at.</summary>
    public uint BarSize { get; init; }

    /// <summary>Index of the device actor behind it; −1 for a function that only shows its configuration.</summary>
    public int Party { get; init; } = -1;

    /// <summary>Express functions have 4096 bytes of configuration space; what lies behind the first 256 is not shown.</summary>
    public bool IsExpress { get; init; }

    /// <summary>
    /// The requester id that the root complex sees: the function's own, or that of the last conventional bridge on the way up
    /// (PCI Express to PCI Bridge 1.0, §2.3; QEMU's <c>pci_device_iommu_address_space</c>).
    /// </summary>
    public SourceId Requester
    {
        get
        {
            var (number, devFn) = (Bus, DevFn);
            for (var at = Bus; at.Bridge is { } bridge; at = bridge.Bus)
            {
                if (bridge.Kind == BridgeKind.ExpressPort) continue;
                (number, devFn) = bridge.Kind == BridgeKind.ExpressToPci ? (at, 0) : (bridge.Bus, bridge.DevFn);
            }
            return new SourceId((ushort)((number.Number << 8) | devFn));
        }
    }

    /// <summary>Where the BAR answers now; null when it is off, hidden by a bridge, or where QEMU does not map it.</summary>
    public ulong? MappedBar
    {
        get
        {
            if (BarSize == 0 || !Config.Has(Command.Memory)) return null;
            var address = Config.Dword(ConfigOffset.Bar0) & ~(BarSize - 1);
            var last = (ulong)address + BarSize - 1;
            if (last >= uint.MaxValue) return null;
            for (var bus = Bus; bus.Bridge is { } bridge; bus = bridge.Bus)
            {
                if (!bridge.Passes(address, last)) return null;
            }
            return address;
        }
    }

    /// <summary>The level of its interrupt pin as the system sees it.</summary>
    public bool PinAsserted => _pinLevel && !Config.Has(Command.InterruptDisable);

    /// <summary>Input of the I/O APIC that its pin INTA# reaches: swizzled over each bridge, then PIRQE to PIRQH on pins 20 to 23.</summary>
    public int ApicPin
    {
        get
        {
            var (pin, devFn) = (0, DevFn);
            for (var bus = Bus; bus.Bridge is { } bridge; bus = bridge.Bus) (pin, devFn) = ((pin + (devFn >> 3)) & 3, bridge.DevFn);
            return 20 + ((pin + (devFn >> 3)) & 3);
        }
    }

    /// <summary>Drives the pin.</summary>
    public void SetPin(bool level)
    {
        _pinLevel = level;
        Config.Set(ConfigOffset.Status, 8, level);
    }

    /// <summary>Everything as at power on.</summary>
    public void Reset()
    {
        _pinLevel = false;
        Config.Reset();
    }
}

/// <summary>What a bridge does with requester ids.</summary>
internal enum BridgeKind
{
    /// <summary>A root port: ids pass.</summary>
    ExpressPort,

    /// <summary>A conventional bridge: its own id stands for everything behind it.</summary>
    Conventional,

    /// <summary>PCI Express to PCI: bus behind it, device 0, function 0.</summary>
    ExpressToPci,
}

/// <summary>A bridge and the bus behind it.</summary>
internal sealed class PciBridge : PciFunction
{
    public PciBridge(PciBus bus, int devFn, string name, ConfigSpace config, BridgeKind kind)
        : base(bus, devFn, name, config)
    {
        Kind = kind;
        Secondary = new PciBus(this);
    }

    /// <summary>Whose requester id is seen above.</summary>
    public BridgeKind Kind { get; }

    /// <summary>The bus behind it.</summary>
    public PciBus Secondary { get; }

    /// <summary>Does it pass configuration cycles for that bus on? Not while it holds its bus in reset.</summary>
    public bool PassesBus(int number) =>
        (Config[ConfigOffset.BridgeControl] & 0x40) == 0
        && Config[ConfigOffset.Secondary] <= number && number <= Config[ConfigOffset.Subordinate];

    /// <summary>Do memory accesses to that range pass, through either window?</summary>
    public bool Passes(ulong first, ulong last)
    {
        if (!Config.Has(Command.Memory)) return false;
        var (from, to) = Window(ConfigOffset.MemoryBase, ConfigOffset.MemoryLimit);
        if (from <= first && last <= to) return true;
        (from, to) = Window(ConfigOffset.PrefetchableBase, ConfigOffset.PrefetchableLimit);
        if ((Config[ConfigOffset.PrefetchableBase] & 1) != 0)
        {
            from |= (ulong)Config.Dword(ConfigOffset.PrefetchableBaseHigh) << 32;
            to |= (ulong)Config.Dword(ConfigOffset.PrefetchableLimitHigh) << 32;
        }
        return from <= first && last <= to;
    }

    private (ulong First, ulong Last) Window(int low, int high) =>
        ((ulong)(Config.Word(low) & 0xfff0) << 16, ((ulong)(Config.Word(high) & 0xfff0) << 16) | 0xfffff);
}
