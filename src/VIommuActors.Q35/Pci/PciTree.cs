using System.Collections.Immutable;

namespace VIommuActors.Q35.Pci;

/// <summary>
/// The host bridge with everything below it. Configuration spaces are its own passive state, as RAM is: the CPU reads and writes them,
/// devices look at theirs when they act.
/// </summary>
internal sealed class PciTree
{
    private const int PciExBar = 0x60, Pam0 = 0x90;

    private readonly PciFunction _host;
    private readonly Action _changed;
    private readonly Action<PciFunction, int, int> _pinTouched;
    private readonly List<(ulong Base, ulong Last, int Party)> _bars = [];
    private (ulong Base, ulong Size) _window;

    /// <summary>A tree of functions on and below a root bus.</summary>
    /// <param name="root">Bus 0 with the host bridge.</param>
    /// <param name="functions">All functions.</param>
    /// <param name="changed">Called when other requester ids or other segments of RAM may show.</param>
    /// <param name="pinTouched">
    /// Called with a function, a pin that was touched, and how many more functions assert what it leads to: −1, 0 or 1.
    /// </param>
    public PciTree(PciBus root, ImmutableArray<PciFunction> functions, Action changed, Action<PciFunction, int, int> pinTouched)
    {
        Root = root;
        Functions = functions;
        _host = root[0]!;
        _changed = changed;
        _pinTouched = pinTouched;
        Decode();
    }

    /// <summary>Bus 0.</summary>
    public PciBus Root { get; }

    /// <summary>All functions, those of the machine first, then those of the command line in its order.</summary>
    public ImmutableArray<PciFunction> Functions { get; }

    /// <summary>The device BAR that holds an address.</summary>
    public (ulong Base, int Party)? FindBar(ulong address)
    {
        foreach (var (from, last, party) in _bars)
        {
            if (address >= from && address <= last) return (from, party);
        }
        return null;
    }

    /// <summary>
    /// Segments of 16 KiB from 0xc0000 on for which PAM0 to PAM6 let RAM show, bit 0 for the first. QEMU tells no read-only RAM from RAM.
    /// </summary>
    public int Shadowed
    {
        get
        {
            var segments = (_host.Config[Pam0] & 0x30) != 0 ? 0xf000 : 0;
            for (var i = 0; i < 12; i++)
            {
                if ((_host.Config[Pam0 + 1 + (i >> 1)] & (3 << (4 * (i & 1)))) != 0) segments |= 1 << i;
            }
            return segments;
        }
    }

    /// <summary>Is the address in the range that PCIEXBAR maps? <paramref name="offset"/>: bus, function and register in it.</summary>
    public bool IsConfig(ulong address, out ulong offset)
    {
        offset = address - _window.Base;
        return offset < _window.Size;
    }

    /// <summary>A configuration read at bus, function and register as in CONFIG_ADDRESS; all ones from what is not there.</summary>
    public uint Read(int bus, int devFn, int register, int size)
    {
        var ones = uint.MaxValue >> (32 - (8 * size));
        if (Root.Find(bus)?[devFn] is not { } function) return ones;
        if (register < ConfigSpace.Size) return function.Config.Read(register, size);
        return function.IsExpress ? 0 : ones;
    }

    /// <summary>A configuration write; what is not there takes nothing.</summary>
    public void Write(int bus, int devFn, int register, int size, uint value)
    {
        if (register >= ConfigSpace.Size || Root.Find(bus)?[devFn] is not { } function) return;
        var held = function.Config.Has(Command.InterruptDisable);
        function.Config.Write(register, size, value);
        if (function == _host && register >= 0x40)
        {
            LatchWindow();
            _changed();
        }
        if (function.MsiCapability > 0 && register >= function.MsiCapability) MessagesInsteadOfPin(function, register);
        if (register >= 0x40) return;
        // QEMU looks only when the low byte of the command register is written with the bit in its high byte; otherwise it loses count.
        var disabled = function.Config.Has(Command.InterruptDisable);
        if (disabled != held && register <= ConfigOffset.Command && register + size > ConfigOffset.Command)
        {
            for (var pin = 0; pin < 4; pin++) _pinTouched(function, pin, pin > 0 || !function.PinLevel ? 0 : disabled ? -1 : 1);
        }
        Decode();
        _changed();
    }

    /// <summary>Everything as at power on.</summary>
    public void Reset()
    {
        foreach (var function in Functions)
        {
            if (function.SetPin(false)) _pinTouched(function, 0, -1);
            function.Config.Reset();
        }
        LatchWindow();
        Decode();
        _changed();
    }

    /// <summary>A write to an enabled MSI capability lets the pin go.</summary>
    private void MessagesInsteadOfPin(PciFunction function, int register)
    {
        const int length = 14;
        if (register >= function.MsiCapability + length || (function.Config[function.MsiCapability + 2] & 1) == 0) return;
        if (function.SetPin(false)) _pinTouched(function, 0, -1);
    }

    /// <summary>Takes PCIEXBAR over: aligned to 256 MiB whatever its length, as QEMU has it; a reserved length leaves what was.</summary>
    private void LatchWindow()
    {
        var register = _host.Config.Dword(PciExBar) | ((ulong)_host.Config.Dword(PciExBar + 4) << 32);
        var length = (int)((register >> 1) & 3);
        if ((register & 1) == 0) _window = default;
        else if (length < 3) _window = (register & 0xff0000000, 0x10000000UL >> length);
    }

    /// <summary>Where two BARs overlap, the one that was mapped last answers.</summary>
    private void Decode()
    {
        foreach (var function in Functions)
        {
            if (function.Party < 0) continue;
            var index = _bars.FindIndex(bar => bar.Party == function.Party);
            var mapped = function.MappedBar;
            if (index >= 0 && mapped == _bars[index].Base) continue;
            if (index >= 0) _bars.RemoveAt(index);
            if (mapped is { } from) _bars.Insert(0, (from, from + function.BarSize - 1, function.Party));
        }
    }
}
