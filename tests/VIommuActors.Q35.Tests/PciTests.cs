namespace VIommuActors.Q35.Tests;

/// <summary>Configuration cycles, address decoding and bridges, with the values of QEMU 7.2.</summary>
public sealed class PciTests
{
    [Fact]
    public void The_latch_takes_dwords_and_the_window_adds_the_port_to_its_low_bits()
    {
        var port = Board.With("edu").Platform;
        Assert.Equal(0u, port.PortRead(0xcf8, 4));
        Assert.Equal(0xffffffffu, port.PortRead(0xcfc, 4));
        port.PortWrite(0xcf8, 4, 0x80000001);
        Assert.Equal(0x0029c080u, port.PortRead(0xcfc, 4));
        Assert.Equal(0xc080u, port.PortRead(0xcfc, 2));
        Assert.Equal(0x2980u, port.PortRead(0xcfd, 2));
        Assert.Equal(0x0029u, port.PortRead(0xcfe, 2));
        Assert.Equal(0xff29u, port.PortRead(0xcff, 2));
        Assert.Equal(0xff002980u, port.PortRead(0xcfd, 4));
        Assert.Equal(0xffff0029u, port.PortRead(0xcfe, 4));
        Assert.Equal(0xffffff29u, port.PortRead(0xcff, 4));
        port.PortWrite(0xcf8, 4, 0x80000802);
        Assert.Equal(0x000011e8u, port.PortRead(0xcfc, 4));
        Assert.Equal(0x11e8u, port.PortRead(0xcfe, 2));
        Assert.Equal(0x11u, port.PortRead(0xcff, 1));
        Assert.Equal(0x02u, port.PortRead(0xcf8, 1));
        Assert.Equal(0x0802u, port.PortRead(0xcfa, 2));
        Assert.Equal(0u, port.PortRead(0xcf9, 1));
        port.PortWrite(0xcf8, 1, 0x12);
        port.PortWrite(0xcf8, 2, 0x1234);
        Assert.Equal(0x80000802u, port.PortRead(0xcf8, 4));
        port.PortWrite(0xcf8, 4, 0x00000800);
        Assert.Equal(0xffffffffu, port.PortRead(0xcfc, 4));
        port.PortWrite(0xcf8, 4, 0xffffffff);
        Assert.Equal(0xffffffffu, port.PortRead(0xcfc, 4));
        Assert.Equal(0xffffffffu, port.PortRead(0xd000, 4));
        Assert.Equal(0x00ffu, port.PortRead(0xffff, 2));
        Assert.Equal(0xffffu, port.PortRead(0xfffe, 4));
    }

    [Theory]
    [InlineData(true, true, new[] { "00.0", "01.0", "02.0", "03.0", "1f.0", "1f.2", "1f.3" })]
    [InlineData(false, true, new[] { "00.0", "01.0", "02.0", "1f.0", "1f.2", "1f.3" })]
    [InlineData(true, false, new[] { "00.0", "01.0", "02.0", "1f.0", "1f.2", "1f.3" })]
    [InlineData(false, false, new[] { "00.0", "01.0", "1f.0", "1f.2", "1f.3" })]
    public void Functions_of_bus_0(bool vga, bool nic, string[] expected)
    {
        var board = new Board(Q35Machine.Create(Board.Options("translate", "edu") with { Vga = vga, Nic = nic }));
        var found = new List<string>();
        for (var devFn = 0; devFn < 256; devFn++)
        {
            if (board.Config(0, devFn >> 3, 0, 2, devFn & 7) != 0xffff) found.Add($"{devFn >> 3:x2}.{devFn & 7}");
        }
        Assert.Equal(expected, found);
        Assert.Equal(0x11e81234u, board.Config(0, expected.Length - 4, 0));
        Assert.Equal(0xffffffffu, board.Config(1, 0, 0));
    }

    [Fact]
    public void Edu_as_7_2_shows_it_and_which_bits_can_be_written()
    {
        var board = Board.With("edu");
        Assert.Equal(0x00100000u, board.Config(0, 1, 4));
        Assert.Equal(0x00ff0010u, board.Config(0, 1, 8));
        Assert.Equal(0x11001af4u, board.Config(0, 1, 0x2c));
        Assert.Equal(0x40u, board.Config(0, 1, 0x34));
        Assert.Equal(0x00000100u, board.Config(0, 1, 0x3c));
        Assert.Equal(0x00800005u, board.Config(0, 1, 0x40));
        for (var offset = 0; offset < 0x60; offset += 4) board.SetConfig(0, 1, offset, 0xffffffff, 4);
        uint[] expected =
        [
            0x11e81234, 0x00100507, 0x00ff0010, 0x000000ff, 0xfff00000, 0, 0, 0, 0, 0, 0, 0x11001af4, 0, 0x40, 0, 0x000001ff,
            0x00810005, 0xfffffffc, 0xffffffff, 0xffffffff, 0xffffffff,
        ];
        Assert.Equal(expected, Enumerable.Range(0, expected.Length).Select(i => board.Config(0, 1, 4 * i)));
    }

    [Fact]
    public void A_bar_answers_only_with_memory_enabled_and_not_at_the_top_of_32_bits()
    {
        var board = Board.With("edu");
        var edu = board.Enable(0, 1);
        Assert.Equal(0x010000edu, board.Read32(edu));
        board.SetConfig(0, 1, 4, 5, 2);
        Assert.Equal(0u, board.Read32(edu));
        board.SetConfig(0, 1, 4, 2, 2);
        board.SetConfig(0, 1, 0x10, 0xfff00000, 4);
        Assert.Equal(0u, board.Read32(0xfff00000));
        board.SetConfig(0, 1, 0x10, 0xfe000000, 4);
        Assert.Equal(0x010000edu, board.Read32(0xfe000000));
        // RAM and the unit lie over BARs.
        board.SetConfig(0, 1, 0x10, 0x00100000, 4);
        Assert.Equal(0u, board.Read32(0x00100000));
        board.SetConfig(0, 1, 0x10, 0xfed00000, 4);
        Assert.Equal(0x10u, board.Read32(Board.Unit));
    }

    [Fact]
    public void Pciexbar_maps_configuration_space()
    {
        var board = Board.With("edu");
        Assert.Equal(0xb0000000u, board.Config(0, 0, 0x60));
        Assert.Equal(0u, board.Read32(0xb0008000));
        board.SetConfig(0, 0, 0x60, 0xb0000001, 4);
        Assert.Equal(0x11e81234u, board.Read32(0xb0008000));
        Assert.Equal(0xffffffffu, board.Read32(0xb0010000));
        board.Write32(0xb0008004, 7);
        Assert.Equal(0x00100007u, board.Config(0, 1, 4));
        Assert.Equal(0x0010000711e81234ul, board.Read64(0xb0008000));
        Assert.Equal(0xff00ul, board.Platform.Read(0xb00080ff, 2));
        Assert.Equal(0xffffffffu, board.Read32(0xb0008100));
        board.SetConfig(0, 0, 0x60, 0xb8000003, 4);
        Assert.Equal(0x11e81234u, board.Read32(0xb0008000));
        Assert.Equal(0xffffffffu, board.Read32(0xb7fff000));
        Assert.Equal(0u, board.Read32(0xb8008000));
        board.SetConfig(0, 0, 0x60, 0x80000007, 4);
        Assert.Equal(0x11e81234u, board.Read32(0xb0008000));
        board.SetConfig(0, 0, 0x60, 0xb0000000, 4);
        Assert.Equal(0u, board.Read32(0xb0008000));
    }

    [Fact]
    public void Where_bars_overlap_the_one_mapped_last_answers()
    {
        var board = Board.With("edu", "edu");
        var first = board.Enable(0, 1);
        board.Write32(first + 4, 1);
        board.SetConfig(0, 2, 0x10, (uint)first, 4);
        board.SetConfig(0, 2, 4, 2, 2);
        Assert.Equal(0u, board.Read32(first + 4));
        board.SetConfig(0, 1, 4, 0, 2);
        board.SetConfig(0, 1, 4, 2, 2);
        Assert.Equal(0xfffffffeu, board.Read32(first + 4));
    }

    /// <summary>Requester ids as 7.2 reports them in FRCD.</summary>
    [Theory]
    [InlineData("pcie-root-port", "", 0, 0x0500, 0x0700)]
    [InlineData("ioh3420", "", 0, 0x0500, 0x0700)]
    [InlineData("pci-bridge,chassis_nr=1", ",addr=2", 2, 0x0008, 0x0008)]
    [InlineData("pcie-pci-bridge", ",addr=2", 2, 0x0500, 0x0700)]
    [InlineData("i82801b11-bridge", "", 0, 0x0008, 0x0008)]
    public void The_requester_id_behind_a_bridge(string bridge, string place, int slot, int asBus5, int asBus7)
    {
        var board = Board.With($"{bridge},id=b", $"edu,bus=b{place}");
        Assert.Equal(0xffffffffu, board.Config(5, slot, 0));
        board.Translate();
        board.OpenBridge(1, 5, 5);
        Assert.Equal(0x11e81234u, board.Config(5, slot, 0));
        Assert.Equal(asBus5, FaultOf(board, 5, slot));
        board.OpenBridge(1, 7, 9);
        Assert.Equal(0xffffffffu, board.Config(5, slot, 0));
        Assert.Equal(asBus7, FaultOf(board, 7, slot));
    }

    [Theory]
    [InlineData("pcie-root-port", "pcie-pci-bridge", 0x0600)]
    [InlineData("pcie-root-port", "pci-bridge,chassis_nr=1", 0x0500)]
    [InlineData("i82801b11-bridge", "pci-bridge,chassis_nr=1", 0x0008)]
    [InlineData("pcie-pci-bridge", "pci-bridge,chassis_nr=1", 0x0500)]
    public void The_requester_id_behind_two_bridges(string upper, string lower, int source)
    {
        var board = Board.With($"{upper},id=a", $"{lower},id=b,bus=a", "edu,bus=b,addr=3");
        board.Translate();
        board.OpenBridge(1, 5, 8);
        board.OpenBridge(0, 6, 8, bus: 5);
        Assert.Equal(source, FaultOf(board, 6, 3));
    }

    [Fact]
    public void A_window_that_is_closed_hides_what_is_behind_it()
    {
        var board = Board.With("pcie-root-port,id=b", "edu,bus=b");
        board.OpenBridge(1, 1, 1);
        var edu = board.Enable(1, 0);
        Assert.Equal(0x010000edu, board.Read32(edu));
        board.SetConfig(0, 1, 0x20, 0xe0f0e010, 4);
        Assert.Equal(0u, board.Read32(edu));
        board.SetConfig(0, 1, 0x20, 0xe0f0e000, 4);
        Assert.Equal(0x010000edu, board.Read32(edu));
        board.SetConfig(0, 1, 4, 5, 2);
        Assert.Equal(0u, board.Read32(edu));
    }

    [Theory]
    [InlineData("edu,bus=none", "Bus 'none' not found")]
    [InlineData("edu,addr=1f", "PCI: slot 31 function 0 not available for edu, in use by ICH9-LPC,id=(null)")]
    [InlineData("edu,id=e,addr=3 edu,addr=3", "PCI: slot 3 function 0 not available for edu, in use by edu,id=e")]
    [InlineData("edu,addr=20", "Property 'edu.addr' doesn't take value '20.0'")]
    [InlineData("edu,dma_mask=x", "Parameter 'dma_mask' expects integer")]
    [InlineData("edu,id=a edu,id=a", "Duplicate ID 'a' for device")]
    [InlineData("pcie-root-port pcie-root-port", "Can't add chassis slot, error -16")]
    [InlineData("pcie-root-port,chassis=2,slot=1 ioh3420,slot=1,chassis=2", "Can't add chassis slot, error -16")]
    [InlineData("pci-bridge", "Bridge chassis not specified. Each bridge is required to be assigned a unique chassis id > 0.")]
    [InlineData("vhost", "'vhost' is not a valid device model name")]
    public void What_cannot_be_placed_is_named_as_by_7_2(string devices, string message) =>
        Assert.Equal(message, Assert.Throws<PlatformOptionsException>(() => Board.With(devices.Split(' '))).Message);

    [Fact]
    public void Functions_share_a_slot_whose_function_0_says_so()
    {
        var board = Board.With("edu,addr=4,multifunction=on", "edu,addr=4.3");
        Assert.Equal(0x80u, board.Config(0, 4, 0x0e, 1));
        Assert.Equal(0x11e81234u, board.Config(0, 4, 0, function: 3));
        Assert.Equal(
            "PCI: single function device can't be populated in function 4.3",
            Assert.Throws<PlatformOptionsException>(() => Board.With("edu,addr=4", "edu,addr=4.3")).Message);
        Assert.Equal(
            "PCI: 4.0 indicates single function, but 4.3 is already populated.",
            Assert.Throws<PlatformOptionsException>(() => Board.With("edu,addr=4.3", "edu,addr=4")).Message);
    }

    private static int FaultOf(Board board, int bus, int slot)
    {
        var edu = board.Enable(bus, slot);
        board.Write64(edu + 0x80, 0x40000);
        board.Write64(edu + 0x88, 0x2000);
        board.Write64(edu + 0x90, 4);
        board.Write64(edu + 0x98, 3);
        board.Platform.Advance(100_000_000);
        Assert.Equal(0x2000ul, board.Read64(Board.Unit + Board.Frcd));
        var high = board.Read64(Board.Unit + Board.Frcd + 8);
        Assert.Equal(0x80000001u, (uint)(high >> 32));
        board.Write32(Board.Unit + Board.Frcd + 12, 0x80000000);
        return (int)(high & 0xffff);
    }

    [Fact]
    public void Bytes_that_no_capability_takes_outlive_a_reset_as_on_7_2()
    {
        var board = Board.With("edu");
        board.SetConfig(0, 1, 0x50, 0xa55a, 2);
        board.SetConfig(0, 1, 0x44, 0xfee00000, 4);
        board.SetConfig(0, 1, 0x3c, 0x0b, 1);
        board.Platform.Reset();
        Assert.Equal((0xa55au, 0u, 0u), (board.Config(0, 1, 0x50, 2), board.Config(0, 1, 0x44), board.Config(0, 1, 0x3c, 1)));
    }
}
