using VIommuActors.Q35.Pci;

namespace VIommuActors.Q35.Board;

/// <summary>
/// The interrupt router of ICH9: PIRQA to PIRQH drive inputs 16 to 23 of the I/O APIC, and each drives the ISA interrupt of its route
/// register, which is input 0 to 15.
/// </summary>
/// <remarks>
/// As in QEMU a PIRQ is driven anew whenever a pin that leads to it was touched, its level changed or not, and an ISA interrupt also by
/// a PIRQ whose route is switched off: it then goes low.
/// </remarks>
internal sealed class PirqRouter(PciTree tree, Pins pins)
{
    private const int Lines = 8, FirstInput = 16;
    private const byte Off = 0x80;

    private readonly PciFunction _lpc = tree.Root[0xf8]!;

    /// <summary>How many functions assert each line. Where QEMU miscounts, the line stays up: see PciTree.Write.</summary>
    private readonly int[] _asserting = new int[Lines];

    /// <summary>
    /// Drives what pin <paramref name="pin"/> of a function (0 for INTA#) leads to; <paramref name="change"/> more functions assert it.
    /// </summary>
    public void Drive(PciFunction function, int pin, int change)
    {
        var line = function.Pirq(pin);
        _asserting[line] += change;
        pins.Drive(FirstInput + line, Level(line));
        var input = Route(line) & 0xf;
        var level = false;
        for (var other = 0; other < Lines; other++) level |= Route(other) == input && Level(other);
        pins.Drive(input, level);
    }

    private byte Route(int line) => (byte)(_lpc.Config[line < 4 ? 0x60 + line : 0x64 + line] & (Off | 0xf));

    private bool Level(int line) => _asserting[line] != 0;
}
