namespace VIommuActors.Q35.Pci;

/// <summary>CONFIG_ADDRESS at 0xcf8 and CONFIG_DATA at 0xcfc, as QEMU has them.</summary>
/// <remarks>
/// The latch takes dwords only and reads back its low bytes at each of its ports; 0xcf9 is the reset control register, which reads 0.
/// The register of a data access is the latch's low byte OR the low two bits of the port.
/// </remarks>
internal sealed class ConfigPorts(PciTree tree)
{
    private const int Address = 0xcf8, ResetControl = 0xcf9, Data = 0xcfc, Last = 0xcff;
    private const uint Enabled = 0x80000000;

    private uint _latch;

    /// <summary>Reads a port; all ones where nothing answers.</summary>
    public uint Read(int port, int size)
    {
        var ones = uint.MaxValue >> (32 - (8 * size));
        return port switch
        {
            ResetControl when size == 1 => 0,
            >= Address and < Data => _latch & ones,
            >= Data and <= Last when (_latch & Enabled) != 0 => tree.Read(Bus, DevFn, Register(port), size),
            _ => ones,
        };
    }

    /// <summary>Writes a port.</summary>
    public void Write(int port, int size, uint value)
    {
        if (port == Address && size == 4) _latch = value;
        else if (port is >= Data and <= Last && (_latch & Enabled) != 0) tree.Write(Bus, DevFn, Register(port), size, value);
    }

    private int Bus => (int)(_latch >> 16) & 0xff;

    private int DevFn => (int)(_latch >> 8) & 0xff;

    private int Register(int port) => (int)(_latch & 0xff) | (port & 3);
}
