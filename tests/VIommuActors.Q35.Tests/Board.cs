using System.Collections.Immutable;
using VIommuActors.Protocols;
using VIommuActors.Protocols.Seam;
using VIommuActors.Vtd;

namespace VIommuActors.Q35.Tests;

/// <summary>A machine and what tests do with it again and again. Addresses are those of QEMU's own tests.</summary>
internal sealed class Board
{
    public const ulong Unit = 0xfed90000, FirstBar = 0xe0000000, Root = 0x10000000, Context = 0x10001000;

    public const int Gcmd = 0x18, Gsts = 0x1c, Rtaddr = 0x20, Fsts = 0x34, Fectl = 0x38, Frcd = 0x220;

    private ulong _nextBar = FirstBar;

    public Board(IPlatform platform) => Platform = platform;

    public IPlatform Platform { get; }

    public static Board With(params string[] devices) => Create("translate", devices);

    public static Board Create(string protocol, params string[] devices) => new(Q35Machine.Create(Options(protocol, devices)));

    public static PlatformOptions Options(string protocol, params string[] devices) => new()
    {
        RamBytes = 512UL << 20,
        Vga = false,
        Nic = false,
        Unit = new VtdOptions
        {
            AddressWidth = 48,
            Quirks = QemuRelease.Qemu11,
            DeviceTlb = ProtocolCatalog.Find(protocol)!.UsesDeviceTlb,
        },
        Protocol = ProtocolCatalog.Find(protocol)!,
        ProtocolOptions = new ProtocolOptions(ImmutableSortedDictionary<string, string>.Empty
            .Add("tlb-entries", "64").Add("invalidate-timeout-ns", "90000000000")
            .Add("scope", "selective").Add("epochs", "true").Add("retransmit-ns", "0")),
        Devices = [.. devices.Select(Device)],
    };

    /// <summary>"edu,id=e,bus=b,addr=3.1": as on QEMU's command line.</summary>
    public static PciDeviceOptions Device(string text)
    {
        var words = text.Split(',');
        var properties = words.Skip(1).Select(word => word.Split('=')).ToImmutableSortedDictionary(pair => pair[0], pair => pair[1]);
        (int, int)? address = null;
        if (properties.TryGetValue("addr", out var place))
        {
            var parts = place.Split('.');
            address = (Convert.ToInt32(parts[0], 16), parts.Length > 1 ? Convert.ToInt32(parts[1], 16) : 0);
        }
        return new PciDeviceOptions(
            words[0], properties.GetValueOrDefault("id", ""), properties.GetValueOrDefault("bus", ""), address,
            properties.RemoveRange(["id", "bus", "addr"]));
    }

    public uint Config(int bus, int slot, int register, int size = 4, int function = 0)
    {
        Platform.PortWrite(0xcf8, 4, Address(bus, slot, function, register));
        return Platform.PortRead((ushort)(0xcfc + (register & 3)), size);
    }

    public void SetConfig(int bus, int slot, int register, uint value, int size, int function = 0)
    {
        Platform.PortWrite(0xcf8, 4, Address(bus, slot, function, register));
        Platform.PortWrite((ushort)(0xcfc + (register & 3)), size, value);
    }

    /// <summary>Maps BAR 0 behind the last one that was mapped, and enables memory and bus mastering.</summary>
    public ulong Enable(int bus, int slot, uint command = 7)
    {
        var bar = _nextBar;
        _nextBar += 0x100000;
        SetConfig(bus, slot, 0x10, (uint)bar, 4);
        SetConfig(bus, slot, 0x04, command, 2);
        return bar;
    }

    /// <summary>Numbers the bus behind a bridge of bus 0 and opens its window over all BARs.</summary>
    public void OpenBridge(int slot, int secondary, int subordinate, int bus = 0)
    {
        SetConfig(bus, slot, 0x18, (uint)((subordinate << 16) | (secondary << 8) | bus), 4);
        SetConfig(bus, slot, 0x20, 0xe0f0e000, 4);
        SetConfig(bus, slot, 0x04, 7, 2);
    }

    public uint Read32(ulong address) => (uint)Platform.Read(address, 4);

    public ulong Read64(ulong address) => Platform.Read(address, 8);

    public void Write32(ulong address, uint value) => Platform.Write(address, 4, value);

    public void Write64(ulong address, ulong value) => Platform.Write(address, 8, value);

    public byte[] Bytes(ulong address, int count)
    {
        var bytes = new byte[count];
        Platform.ReadBytes(address, bytes);
        return bytes;
    }

    /// <summary>A context for a requester: root entry of its bus, context table per bus from 0x10001000 on.</summary>
    public void Map(ushort source, ulong low, ulong high)
    {
        var table = Context + (ulong)(source >> 8 << 12);
        Write64(Root + (16 * (ulong)(source >> 8)), table | 1);
        Write64(table + (16 * (ulong)(source & 0xff)), low);
        Write64(table + (16 * (ulong)(source & 0xff)) + 8, high);
    }

    /// <summary>Four levels that map one page.</summary>
    public void Page(ulong iova, ulong leaf)
    {
        const ulong tables = 0x10010000;
        for (var level = 0; level < 3; level++)
            Write64(tables + (0x1000 * (ulong)level) + (8 * ((iova >> (39 - (9 * level))) & 0x1ff)), (tables + (0x1000 * (ulong)(level + 1))) | 3);
        Write64(tables + 0x3000 + (8 * ((iova >> 12) & 0x1ff)), leaf);
    }

    /// <summary>Root table and translation on.</summary>
    public void Translate()
    {
        Write64(Unit + Rtaddr, Root);
        Write32(Unit + Gcmd, 0x40000000);
        Write32(Unit + Gcmd, 0x80000000);
        Assert.Equal(0xc0000000u, Read32(Unit + Gsts) & 0xc0000000);
    }

    private static uint Address(int bus, int slot, int function, int register) =>
        0x80000000 | ((uint)bus << 16) | ((uint)slot << 11) | ((uint)function << 8) | (uint)(register & 0xfc);
}
