using System.Globalization;
using VIommuActors.Conformance.Tests.Targets;

namespace VIommuActors.Conformance.Tests.Cases;

/// <summary>Collects steps by what they mean; every method appends what it says and returns the script.</summary>
/// <remarks>Registers of the unit are named by offset, as in the specification's chapter 10 and <see cref="Reg"/>.</remarks>
public sealed class Script
{
    private readonly List<Step> _steps = [];

    /// <summary>What was collected.</summary>
    public IReadOnlyList<Step> Steps => _steps;

    /// <summary>Lines of the protocol as they are.</summary>
    public Script Lines(params IEnumerable<string> lines) => Add([.. lines.Select(Step.Line)]);

    /// <summary>A store of 8, 16, 32 or 64 bits: <paramref name="width"/> is b, w, l or q.</summary>
    public Script Write(char width, ulong address, ulong value) => Lines($"write{width} 0x{address:x} 0x{value:x}");

    /// <summary>A load of 8, 16, 32 or 64 bits.</summary>
    public Script Read(char width, ulong address) => Lines($"read{width} 0x{address:x}");

    /// <summary>64-bit stores to memory, one behind the other.</summary>
    public Script Qwords(ulong address, params IEnumerable<ulong> values) =>
        Lines([.. values.Select((value, i) => $"writeq 0x{address + (8 * (ulong)i):x} 0x{value:x}")]);

    /// <summary>Fills memory with a byte.</summary>
    public Script Fill(ulong address, ulong size, byte value) => Lines($"memset 0x{address:x} 0x{size:x} 0x{value:x}");

    /// <summary>Memory as digits.</summary>
    public Script Dump(ulong address, ulong size) => Lines($"read 0x{address:x} 0x{size:x}");

    /// <summary>32-bit store to a register of the unit.</summary>
    public Script Set(Reg register, uint value) => Write('l', At(register), value);

    /// <summary>64-bit store to a register of the unit.</summary>
    public Script SetQ(Reg register, ulong value) => Write('q', At(register), value);

    /// <summary>32-bit load of registers of the unit.</summary>
    public Script Get(params IEnumerable<Reg> registers) => Each(registers, register => Read('l', At(register)));

    /// <summary>64-bit load of registers of the unit.</summary>
    public Script GetQ(params IEnumerable<Reg> registers) => Each(registers, register => Read('q', At(register)));

    /// <summary>Every register of the unit.</summary>
    public Script Registers() => Dump(Board.Unit, 0x230);

    /// <summary>A command written to GCMD, and the status it leads to.</summary>
    public Script Command(uint command) => Set(Reg.Gcmd, command).Get(Reg.Gsts);

    /// <summary>The fault registers: status, control, record.</summary>
    public Script Fault() => Get(Reg.Fsts, Reg.Fectl).GetQ(Reg.FrcdHigh, Reg.FrcdLow);

    /// <summary>Looks at the fault registers and clears them.</summary>
    public Script TakeFault() => Fault().Set(Reg.FrcdTop, 0x80000000).Set(Reg.Fsts, 0x11);

    /// <summary>Writes a configuration register through 0xcf8: <paramref name="width"/> is b, w or l.</summary>
    public Script ConfigWrite(int bus, int devfn, int offset, char width, uint value) =>
        Lines($"outl 0xcf8 {Select(bus, devfn, offset)}", $"out{width} 0x{0xcfc + (offset & 3):x} 0x{value:x}");

    /// <summary>Reads a configuration register through 0xcf8.</summary>
    public Script ConfigRead(int bus, int devfn, int offset, char width) =>
        Lines($"outl 0xcf8 {Select(bus, devfn, offset)}", $"in{width} 0x{0xcfc + (offset & 3):x}");

    /// <summary>Gives an edu its BAR, memory decoding and bus mastering.</summary>
    public Script Edu(Edu edu) => ConfigWrite(edu.Bus, edu.DevFn, 0x10, 'l', (uint)edu.Bar).ConfigWrite(edu.Bus, edu.DevFn, 4, 'w', 6);

    /// <summary>A DMA of an edu from its buffer into memory, waited for.</summary>
    public Script DmaWrite(Edu edu, ulong iova, uint bytes) => Dma(edu, Board.EduBuffer, iova, bytes, 3);

    /// <summary>A DMA of an edu from memory into its buffer, waited for.</summary>
    public Script DmaRead(Edu edu, ulong iova, uint bytes) => Dma(edu, iova, Board.EduBuffer, bytes, 1);

    /// <summary>One transfer with the given command bits.</summary>
    /// <remarks>QEMU 7.2 aborts when a transfer touches the last byte of edu's buffer (its range check is off by one): none here does.</remarks>
    public Script Dma(Edu edu, ulong source, ulong destination, ulong bytes, uint command) =>
        Write('q', edu.Bar + 0x80, source).Write('q', edu.Bar + 0x88, destination).Write('q', edu.Bar + 0x90, bytes)
            .Write('l', edu.Bar + 0x98, command).Settle(edu.Bar + 0x98);

    /// <summary>Lets a device finish; see <see cref="StepKind.Settle"/>.</summary>
    public Script Settle(ulong address) => Add(new Step(StepKind.Settle, $"0x{address:x}"));

    /// <summary>Fills the buffer of an edu with a byte, by way of memory, with translation off; the caller turns it on again.</summary>
    public Script Load(Edu edu, byte value, uint bytes = 0x800) =>
        Fill(Board.Scratch, bytes, value).DmaRead(edu, Board.Scratch, bytes);

    /// <summary>Programs an edu's MSI capability and enables it.</summary>
    public Script Msi(Edu edu, ulong address, ushort data) =>
        ConfigWrite(edu.Bus, edu.DevFn, 0x44, 'l', (uint)address).ConfigWrite(edu.Bus, edu.DevFn, 0x48, 'l', (uint)(address >> 32))
            .ConfigWrite(edu.Bus, edu.DevFn, 0x4c, 'w', data).ConfigWrite(edu.Bus, edu.DevFn, 0x42, 'w', 0x81);

    /// <summary>Raises an interrupt of an edu and takes it back.</summary>
    public Script Interrupt(Edu edu) => Write('l', edu.Bar + 0x60, 1).Read('l', edu.Bar + 0x24).Write('l', edu.Bar + 0x64, 1).Read('l', edu.Bar + 0x24);

    /// <summary>Sets up the queue with 16-byte descriptors and turns it on, keeping <paramref name="command"/>'s other bits.</summary>
    public Script Queue(uint command = 0, ulong options = 0) =>
        SetQ(Reg.Iqt, 0).SetQ(Reg.Iqa, Board.Queue | options).Command(command | 0x04000000);

    /// <summary>Puts descriptors, low word and high word in turn, into the queue from a slot on and moves the tail behind them.</summary>
    public Script Submit(int slot, params IReadOnlyList<ulong> words) =>
        Qwords(Board.Queue + (16 * (ulong)slot), words).SetQ(Reg.Iqt, (16 * (ulong)slot) + (8 * (ulong)words.Count)).QueueState();

    /// <summary>Head, tail, status, error record and completion of the queue.</summary>
    public Script QueueState() => GetQ(Reg.Iqh, Reg.Iqt, Reg.Iqa, Reg.Iqercd).Get(Reg.Fsts, Reg.Fectl, Reg.Ics, Reg.Iectl);

    /// <summary>QMP system_reset.</summary>
    public Script Reset() => Add(new Step(StepKind.Reset, ""));

    /// <summary>A QMP request.</summary>
    public Script Qmp(string json) => Add(new Step(StepKind.Qmp, json));

    /// <summary>Appends what another piece of script does.</summary>
    public Script Then(Func<Script, Script> more) => more(this);

    /// <summary>Repeats a piece for every value.</summary>
    public Script Each<T>(IEnumerable<T> values, Func<T, Script> piece)
    {
        foreach (var value in values) piece(value);
        return this;
    }

    private static ulong At(Reg register) => Board.Unit + (ulong)register;

    private static string Select(int bus, int devfn, int offset) =>
        string.Create(CultureInfo.InvariantCulture, $"0x{0x80000000 | ((uint)bus << 16) | ((uint)devfn << 8) | ((uint)offset & 0xfc):x}");

    private Script Add(params IEnumerable<Step> steps)
    {
        _steps.AddRange(steps);
        return this;
    }
}
