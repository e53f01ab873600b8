using VIommuActors.Protocols.Messages;
using VIommuActors.Protocols.Seam;
using VIommuActors.Vtd;
using VIommuActors.Vtd.Invalidation;
using VIommuActors.Vtd.Memory;

namespace VIommuActors.Protocols.Tests.Support;

/// <summary>
/// A hypervisor half on a real unit over real RAM: translation on, 00:05.0 in domain 5 with four-level tables, an emulator attached.
/// Addresses of tables and the register values are those of the VT-d tests.
/// </summary>
internal sealed class HypervisorBench : RecordingPort, IHypervisorPort, IVtdHost
{
    public const ulong Root = 0x10000000, Context = 0x10001000, Top = 0x10010000, L3 = 0x10011000, L2 = 0x10012000, L1 = 0x10013000;
    public const ulong Queue = 0x3100000, Status = 0x3000004, Iova = 0x10200000, Page = 0x10100000;
    public const ulong InvalidatePages = 0xb0030005_00000000, PagesDone = 0x36030005_00000000;

    private readonly Queue<(uint Offset, ulong Value)> _held = new();

    public HypervisorBench(IProtocol protocol, VtdOptions? options = null, params (string Key, string Value)[] protocolOptions)
        : base(Cast.Unit)
    {
        Unit = new VtdUnit(options ?? new VtdOptions(), Ram, this);
        Half = protocol.CreateHypervisorHalf(this, Cast.Options(protocolOptions));
        Store(Root, Context | 1);
        foreach (var source in new[] { Cast.Source, Cast.OtherSource })
        {
            Store(Context + (source.DevFn * 16UL), Top | (Unit.Options.DeviceTlb ? 5UL : 1UL));
            Store(Context + (source.DevFn * 16UL) + 8, 0x502);
        }
        Store(Top, L3 | 3);
        Store(L3, L2 | 3);
        Store(L2 + (0x81 * 8), L1 | 3);
        for (var page = 0UL; page < 8; page++) Map(Iova + (page << 12), Page + (page << 12));
        Write8(0x20, Root);
        Write4(0x18, 0x40000000);
        Write4(0x18, 0x80000000);
        NothingSent();
        EmulatorAttached = true;
    }

    public GuestRam Ram { get; } = new(512UL << 20);

    public VtdUnit Unit { get; }

    public IHypervisorHalf Half { get; }

    public NodeId Memory => Cast.Memory;

    public bool EmulatorAttached { get; set; }

    /// <summary>Writes that the half has not let through yet.</summary>
    public int Held => _held.Count;

    /// <summary>Whether the last write was answered X86EMUL_UNHANDLEABLE.</summary>
    public bool Refused { get; private set; }

    public NodeId DeviceOf(SourceId source) =>
        source == Cast.Source ? Cast.Device : source == Cast.OtherSource ? Cast.Second : NodeId.None;

    public void Resume()
    {
        while (_held.TryPeek(out var write) && Half.Admit(new MmioAccess(NodeId.None, write.Offset, 8, true, write.Value)))
        {
            _held.Dequeue();
            Unit.Write(write.Offset, 8, write.Value);
            Refused = Half.Refuses();
        }
    }

    public void Write8(uint offset, ulong value)
    {
        _held.Enqueue((offset, value));
        Resume();
    }

    public void Write4(uint offset, uint value)
    {
        Unit.Write(offset, 4, value);
        Refused = Half.Refuses();
    }

    public ulong Read8(uint offset) => Unit.Read(offset, 8);

    public uint Fsts => (uint)Unit.Read(0x34, 4);

    /// <summary>IVA then IOTLB: four pages at 0x10200000 of domain 5.</summary>
    public void InvalidateFourPages()
    {
        Write8(0xf0, 0x10200042);
        Write8(0xf8, InvalidatePages);
    }

    public HypervisorBench WithQueue()
    {
        Write4(0x88, 0);
        Write8(0x90, Queue);
        Write4(0x18, 0x84000000);
        return this;
    }

    /// <summary>Puts raw descriptors behind the tail and writes the tail.</summary>
    public void Submit(params (ulong Low, ulong High)[] descriptors)
    {
        var tail = Read8(0x88);
        foreach (var (low, high) in descriptors)
        {
            Store(Queue + tail, low);
            Store(Queue + tail + 8, high);
            tail = (tail + 16) & 0xfff;
        }
        Write4(0x88, (uint)tail);
    }

    public uint StatusWord => Ram.Read32(new GuestPhysical(Status));

    public void Map(ulong iova, ulong page, ulong rights = 3) => Store(L1 + (((iova >> 12) & 511) * 8), page | rights);

    public void Store(ulong address, ulong value) => Ram.Write64(new GuestPhysical(address), value);

    public void Receive(Message message) => Assert.True(Half.Receive(message), $"{message.Name} is not taken");

    bool IVtdHost.Flushed(in Invalidation invalidation) => Half.Flushed(invalidation);

    void IVtdHost.SendMessage(GuestPhysical address, uint data)
    {
    }

    void IVtdHost.DescriptorFetched(ulong low, ulong high)
    {
    }

    void IVtdHost.StatusWritten(GuestPhysical address, uint data)
    {
    }
}
