using System.Collections.Immutable;

namespace VIommuActors.Q35.Pci;

/// <summary>
/// The host bridge with everything below it. Configuration spaces are its own passive state, as RAM is: the CPU reads and writes them,
/// devices look at theirs when they act.
/// </summary>
internal sealed class PciTree
{
    private readonly PciFunction _host;
    private readonly Action _changed;
    private readonly List<(ulong Base, ulong Last, int Party)> _bars = [];

    /// <summary>A tree of functions on and below a root bus; <paramref name="changed"/> is called when configuration may have moved something.</summary>
    public PciTree(PciBus root, ImmutableArray<PciFunction> functions, Action changed)
    {
        Root = root;
        Functions = functions;
        _host = root[0]!;
        _changed = changed;
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

    /// <summary>Is the address in the range that PCIEXBAR maps? <paramref name="offset"/>: bus, function and register in it.</summary>
    public bool IsConfig(ulong address, out ulong offset)
    {
        var register = _host.Config.Dword(0x60) | ((ulong)_host.Config.Dword(0x64) << 32);
        var size = 0x10000000UL >> (int)((register >> 1) & 3);
        offset = address - (register & 0xfffffffffUL & ~(size - 1));
        return (register & 1) != 0 && (register & 6) != 6 && offset < size;
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
        function.Config.Write(register, size, value);
        if (register >= 0x40) return;
        Decode();
        _changed();
    }

    /// <summary>Everything as at power on.</summary>
    public void Reset()
    {
        foreach (var function in Functions) function.Reset();
        Decode();
        _changed();
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
