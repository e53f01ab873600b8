using System.Collections.Immutable;
using Akka.Actor;
using VIommuActors.Actors;
using VIommuActors.Actors.Wiring;
using VIommuActors.Guest.Cpu;
using VIommuActors.Guest.Workloads;
using VIommuActors.Machine;
using VIommuActors.Machine.Cpu;
using VIommuActors.Machine.DeviceModel;
using VIommuActors.Oracle;
using VIommuActors.Protocols.Messages;
using VIommuActors.Protocols.Seam;
using VIommuActors.Q35.Parties;
using VIommuActors.Q35.Pci;
using VIommuActors.Simulation;
using VIommuActors.Vtd;
using VIommuActors.Vtd.Memory;

namespace VIommuActors.Q35.Board;

/// <summary>
/// The machine behind <see cref="IPlatform"/>. RAM and configuration space are reached directly; an access to registers is a message
/// to CPU 0, and the kernel delivers until nothing is left to do at this instant.
/// </summary>
internal sealed class BoardPlatform : IPlatform, IDisposable
{
    /// <summary>More messages than any access can cause: the longest DMA, 4 GiB page by page, takes a tenth.</summary>
    private const long MostSteps = 100_000_000;

    private const int FirstPciPin = 20;

    /// <summary>The requester id that QEMU's DMAR table gives the I/O APIC.</summary>
    private const ushort IoApicSource = 0xff00;

    private const string ApicPath = "ioapic", Peripherals = "/machine/peripheral/";

    private readonly SimSystem _system = SimSystem.Create("q35");
    private readonly NodeTable _table = new();
    private readonly BoardWires _wires;
    private readonly BoardRam _ram;
    private readonly BoardParts _parts;
    private readonly AddressMap _map;
    private readonly PciTree _pci;
    private readonly ConfigPorts _ports;
    private readonly ImmutableArray<PciDevice> _devices;
    private readonly IoApic _apic;
    private readonly Pins _pins;
    private readonly bool[] _routed = new bool[4];
    private readonly GuestNodes _nodes;
    private readonly IActorRef _cpu;
    private readonly QemuRelease _release;
    private readonly ImmutableHashSet<string> _ids;
    private string? _intercepted;

    /// <summary>Builds the machine and lets its emulator attach.</summary>
    public BoardPlatform(PlatformOptions options)
    {
        _release = options.Release;
        _ids = [.. options.Devices.Select(device => device.Id).Where(id => id.Length > 0)];
        var builder = new TreeBuilder(options);
        _devices = builder.Devices;
        _ram = NewRam(options.RamBytes);
        _wires = new BoardWires(_system.Kernel, _table);
        _parts = new BoardParts(_ram, () => _map!, _devices, DrivePins);
        _pci = builder.Build(ConfigChanged);
        _ports = new ConfigPorts(_pci);
        _map = new AddressMap(_ram, _pci, options.Unit is not null);
        var layout = new MachineLayout(Spec(options), _wires, _table);
        _nodes = layout.Guests[0];
        _apic = new IoApic(RequestInterrupt);
        _pins = new Pins(_apic);
        _pins.Changed = (pin, level) => PinChanged?.Invoke(pin, level);
        _system.Kernel.BeginRun(FirstChoice.Instance, observer: null);
        layout.Start(_system.System);
        _system.Kernel.RunMisc();
        _cpu = _table[_nodes.Vcpus[0]];
        ConfigChanged();
        foreach (var dummy in _nodes.Dummies) _table[dummy].Tell(new PowerOn(NodeId.None), ActorRefs.NoSender);
        Settle();
    }

    /// <inheritdoc/>
    public event Action<int, bool>? PinChanged;

    /// <inheritdoc/>
    public long NowNs => _system.Kernel.NowNs;

    /// <inheritdoc/>
    public uint PortRead(ushort port, int size)
    {
        uint value = 0;
        for (var at = 0; at < size;)
        {
            var address = port + at;
            var part = AddressMap.AccessSize((ulong)address, (ulong)(size - at), 4);
            // Behind the last port there is nothing, not even a bus that floats high.
            if (address <= ushort.MaxValue) value |= _ports.Read(address, part) << (8 * at);
            at += part;
        }
        return value;
    }

    /// <inheritdoc/>
    public void PortWrite(ushort port, int size, uint value)
    {
        for (var at = 0; at < size;)
        {
            var address = port + at;
            var part = AddressMap.AccessSize((ulong)address, (ulong)(size - at), 4);
            _ports.Write(address, part, value >> (8 * at));
            at += part;
        }
    }

    /// <inheritdoc/>
    public ulong Read(ulong address, int size)
    {
        Span<byte> bytes = stackalloc byte[8];
        ReadBytes(address, bytes[..size]);
        return Bytes.Read(bytes[..size]);
    }

    /// <inheritdoc/>
    public void Write(ulong address, int size, ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        Bytes.Write(bytes[..size], value);
        WriteBytes(address, bytes[..size]);
    }

    /// <inheritdoc/>
    public void ReadBytes(ulong address, Span<byte> into)
    {
        while (into.Length > 0)
        {
            var region = _map.Find(address);
            var part = into[..(int)Math.Min(region.Left, (ulong)into.Length)];
            switch (region.Target)
            {
                case Target.Ram:
                    _ram.TryRead(new GuestPhysical(address), part);
                    break;
                case Target.Hole:
                    part.Clear();
                    break;
                default:
                    part = part[..AddressMap.AccessSize(region.Offset, (ulong)part.Length, MostBytes(region.Target))];
                    Bytes.Write(part, ReadRegister(region, address, part.Length));
                    break;
            }
            address += (ulong)part.Length;
            into = into[part.Length..];
        }
    }

    /// <inheritdoc/>
    public void WriteBytes(ulong address, ReadOnlySpan<byte> from)
    {
        while (from.Length > 0)
        {
            var region = _map.Find(address);
            var part = from[..(int)Math.Min(region.Left, (ulong)from.Length)];
            switch (region.Target)
            {
                case Target.Ram:
                    _ram.TryWrite(new GuestPhysical(address), part);
                    break;
                case Target.Hole:
                    break;
                default:
                    part = part[..AddressMap.AccessSize(region.Offset, (ulong)part.Length, MostBytes(region.Target))];
                    WriteRegister(region, address, part.Length, Bytes.Read(part));
                    break;
            }
            address += (ulong)part.Length;
            from = from[part.Length..];
        }
    }

    /// <inheritdoc/>
    public void Advance(long ns)
    {
        var until = NowNs + ns;
        // Time moves to deliveries only, so one is made for its end.
        _system.Kernel.DeliverAt(until, _cpu, new Wake(NodeId.None, 0), null);
        Run(until);
    }

    /// <inheritdoc/>
    public bool TryStep()
    {
        if (_wires.NextDue is not { } due) return false;
        Run(due);
        return true;
    }

    /// <inheritdoc/>
    public Interception Intercept(string path, bool inputs, string? name)
    {
        if (Resolve(path) is not { } device) return Interception.UnknownDevice;
        if (inputs && name is not null) return Interception.NamedInput;
        if (_intercepted is not null) return _intercepted == device ? Interception.Installed : Interception.OtherDevice;
        var hasPins = inputs && device == ApicPath;
        // 7.2 does not mind that there is nothing to intercept, and remembers the device.
        if (!hasPins && _release != QemuRelease.Qemu7) return Interception.NoPins;
        _intercepted = device;
        _pins.Intercepted = hasPins;
        return Interception.Installed;
    }

    /// <inheritdoc/>
    public bool TrySetPin(string path, string name, int number, bool level)
    {
        if (Resolve(path) != ApicPath || name != "unnamed-gpio-in" || number is < 0 or >= IoApic.Inputs) return false;
        _pins.Drive(number, level);
        Settle();
        return true;
    }

    /// <inheritdoc/>
    public void Reset()
    {
        _pci.Reset();
        _apic.Reset();
        Tell(_nodes.Units[0]);
        foreach (var device in _nodes.Devices) Tell(device.Node);
        Settle();

        void Tell(NodeId node) => _table[node].Tell(new PlatformReset(NodeId.None), ActorRefs.NoSender);
    }

    /// <inheritdoc/>
    public void Dispose() => _system.Dispose();

    /// <summary>The device at a QOM path, or at a part of one that names it alone.</summary>
    private string? Resolve(string path) =>
        path is ApicPath or "/machine/q35/ioapic" ? ApicPath
        : path is "q35" or "/machine/q35" ? "q35"
        : path is "mch" or "/machine/q35/mch" ? "mch"
        : path.StartsWith(Peripherals, StringComparison.Ordinal) ? Resolve(path[Peripherals.Length..])
        : _ids.Contains(path) ? path
        : null;

    private static BoardRam NewRam(ulong bytes)
    {
        if (bytes is 0 or > GuestRam.MaxSize || (bytes & 0xfff) != 0)
            throw new PlatformOptionsException($"{bytes} bytes of RAM: a multiple of 4 KiB up to {GuestRam.MaxSize >> 30} GiB is wanted");
        return new BoardRam(bytes);
    }

    private MachineSpec Spec(PlatformOptions options)
    {
        var judge = new DmaOracle(_wires);
        // Places name the actors; the guest gives the requester ids, with the numbers of its buses.
        var buses = _devices.Select(device => device.Function.Bus).Distinct().ToList();
        return new MachineSpec
        {
            Guests =
            [
                new GuestSpec
                {
                    Vcpus = 1,
                    UnitBases = [AddressMap.UnitBase],
                    Unit = options.Unit ?? new VtdOptions(),
                    Devices =
                    [
                        .. _devices.Select(device => new DeviceSpec(
                            new SourceId((ushort)((buses.IndexOf(device.Function.Bus) << 8) | device.Function.DevFn)),
                            Unit: 0,
                            new DeviceProfile(InFlight: 1, TranslationUse.PerPage, BouncePerPageNs: 0))),
                    ],
                    Ram = _ram,
                    Program = Unused.Instance,
                    Dice = _ => Unused.Instance,
                },
            ],
            Protocol = options.Protocol,
            Options = options.ProtocolOptions,
            Parts = _parts,
            GuestWatch = judge,
            MemoryWatch = judge,
            Meter = Unused.Instance,
            VcpuWatch = Unused.Instance,
        };
    }

    private static int MostBytes(Target target) => target is Target.Config or Target.IoApic ? 4 : 8;

    private ulong ReadRegister(in Region region, ulong address, int size)
    {
        if (region.Target == Target.Config)
            return _pci.Read(BusOf(region), DevFnOf(region), (int)(region.Offset & 0xfff), size);
        if (region.Target == Target.IoApic) return _apic.Read(region.Offset, size);
        return Access(region, address, size, isWrite: false, 0);
    }

    private void WriteRegister(in Region region, ulong address, int size, ulong value)
    {
        switch (region.Target)
        {
            case Target.Config:
                _pci.Write(BusOf(region), DevFnOf(region), (int)(region.Offset & 0xfff), size, (uint)value);
                break;
            case Target.IoApic:
                _apic.Write(region.Offset, size, (uint)value);
                break;
            default:
                Access(region, address, size, isWrite: true, value);
                return;
        }
        Settle();
    }

    private ulong Access(in Region region, ulong address, int size, bool isWrite, ulong value)
    {
        var isUnit = region.Target == Target.Unit;
        var to = isUnit ? _nodes.Units[0] : _nodes.Devices[region.Party].Node;
        _cpu.Tell(new CpuAccess(to, isUnit ? address : region.Offset, size, isWrite, value), ActorRefs.NoSender);
        Settle();
        return _parts.CpuZero.Answer ?? throw new InvalidOperationException($"the access to 0x{address:x} was not answered");
    }

    private static int BusOf(in Region region) => (int)(region.Offset >> 20);

    private static int DevFnOf(in Region region) => (int)(region.Offset >> 12) & 0xff;

    private void ConfigChanged()
    {
        for (var i = 0; i < _devices.Length; i++) _nodes.Devices[i].Source = _devices[i].Function.Requester;
        DrivePins();
    }

    /// <summary>Passes on which of the four inputs for PCI have changed.</summary>
    private void DrivePins()
    {
        Span<bool> levels = stackalloc bool[_routed.Length];
        foreach (var device in _devices) levels[device.Function.ApicPin - FirstPciPin] |= device.Function.PinAsserted;
        for (var i = 0; i < levels.Length; i++)
        {
            if (_routed[i] == levels[i]) continue;
            _routed[i] = levels[i];
            _pins.Drive(FirstPciPin + i, levels[i]);
        }
    }

    private void RequestInterrupt(ulong address, uint data)
    {
        var request = new InterruptRequest(_nodes.Memory, new SourceId(IoApicSource), address, data);
        _table[_nodes.Units[0]].Tell(request, ActorRefs.NoSender);
    }

    private void Settle() => Run(NowNs);

    private void Run(long untilNs)
    {
        var kernel = _system.Kernel;
        var end = kernel.Run(kernel.Steps + MostSteps, untilNs, CancellationToken.None);
        if (_wires.Failure is { } failure) throw failure;
        if (end == RunEnd.StepLimit) throw new InvalidOperationException("the parties of the machine do not come to rest");
    }

    /// <summary>What a machine asks for and this one has no use for: guest programs, dice, figures.</summary>
    private sealed class Unused : IGuestProgram, IDice, IDeviceMeter, IVcpuWatch
    {
        public static Unused Instance { get; } = new();

        public GuestCode Run(IGuestCpu cpu) => throw new NotSupportedException("CPU 0 runs no guest code");

        public int Next(int bound) => 0;

        public void Served(long ns)
        {
        }

        public void Copied(long bytes)
        {
        }

        public void Began(Vcpu vcpu)
        {
        }

        public void Ended(int guest, int vcpu, string? why)
        {
        }
    }
}
