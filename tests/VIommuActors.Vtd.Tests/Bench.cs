using VIommuActors.Vtd.Memory;
using VIommuActors.Vtd.Spec;
using VIommuActors.Vtd.Translation;
using Flush = VIommuActors.Vtd.Invalidation.Invalidation;

namespace VIommuActors.Vtd.Tests;

/// <summary>
/// One unit, 512 MiB of RAM, a host that writes down what it is told. The addresses of the tables are those of QEMU's own
/// intel-iommu test, so that every number of a test can be compared with a run of it.
/// </summary>
internal sealed class Bench : IVtdHost
{
    public const ulong Root = 0x10000000, Context = 0x10001000, Top = 0x10010000, L3 = 0x10011000, L2 = 0x10012000, L1 = 0x10013000;
    public const ulong Page = 0x10100000, Queue = 0x3100000, Status = 0x3000004, Hole = 0x40000000;
    public const ulong Iova = 0x10200567;

    public static readonly SourceId Device = new(0x28);
    public static readonly SourceId Other = new(0x30);

    public Bench(VtdOptions? options = null)
    {
        Unit = new VtdUnit(options ?? new VtdOptions(), Ram, this);
    }

    public GuestRam Ram { get; } = new(512UL << 20);

    public VtdUnit Unit { get; }

    /// <summary>What the host answers to an invalidation: true = nothing else holds a translation.</summary>
    public Func<Flush, bool> Answer { get; set; } = _ => true;

    public List<Flush> Flushes { get; } = [];

    public List<(ulong Address, uint Data)> Messages { get; } = [];

    public List<(ulong Low, ulong High)> Fetched { get; } = [];

    public List<(ulong Address, uint Data)> Statuses { get; } = [];

    public Action? OnFlushed { get; set; }

    bool IVtdHost.Flushed(in Flush invalidation)
    {
        Flushes.Add(invalidation);
        OnFlushed?.Invoke();
        return Answer(invalidation);
    }

    void IVtdHost.VisitSources(Action<SourceId> visit)
    {
        visit(Device);
        visit(Other);
    }

    void IVtdHost.SendMessage(GuestPhysical address, uint data) => Messages.Add((address.Value, data));

    void IVtdHost.DescriptorFetched(ulong low, ulong high) => Fetched.Add((low, high));

    void IVtdHost.StatusWritten(GuestPhysical address, uint data) => Statuses.Add((address.Value, data));

    public ulong R8(uint offset) => Unit.Read(offset, 8);

    public uint R4(uint offset) => (uint)Unit.Read(offset, 4);

    public void W8(uint offset, ulong value) => Unit.Write(offset, 8, value);

    public void W4(uint offset, uint value) => Unit.Write(offset, 4, value);

    public void Store(ulong address, ulong value) => Ram.Write64(new GuestPhysical(address), value);

    public ulong Load(ulong address) => Ram.Read64(new GuestPhysical(address));

    public static ulong ContextOf(SourceId source) => Context + source.DevFn * 16UL;

    /// <summary>The tables of the worked walk, for one device, domain <paramref name="did"/>.</summary>
    public Bench WithTables(SourceId? source = null, ushort did = 0)
    {
        Store(Root, 0x10001001);
        Store(ContextOf(source ?? Device), 0x10010001);
        Store(ContextOf(source ?? Device) + 8, 0x2UL | ((ulong)did << 8));
        Store(Top, 0x10011003);
        Store(L3, 0x10012003);
        Store(L2 + 0x81 * 8, 0x10013003);
        Store(L1, 0x10100003);
        return this;
    }

    /// <summary>RTADDR, SRTP, TE.</summary>
    public Bench Enabled()
    {
        W8(0x20, Root);
        W4(0x18, 0x40000000);
        W4(0x18, 0x80000000);
        return this;
    }

    /// <summary>IQT 0, IQA with QS 0, QIE (other level bits kept).</summary>
    public Bench WithQueue()
    {
        W4(0x88, 0);
        W8(0x90, Queue);
        W4(0x18, (R4(0x1c) & 0x96ffffff) | 0x04000000);
        return this;
    }

    /// <summary>Puts descriptors behind the tail and writes the tail.</summary>
    public void Submit(params InvalidationDescriptor[] descriptors)
    {
        var tail = R8(0x88);
        foreach (var descriptor in descriptors)
        {
            Store(Queue + tail, descriptor.Low);
            Store(Queue + tail + 8, descriptor.High);
            tail = (tail + 16) & 0xfff;
        }

        W4(0x88, (uint)tail);
    }

    public Translated Write(ulong iova = Iova, SourceId? source = null) => Unit.Translate(source ?? Device, new Iova(iova), Permission.Write);

    public Translated Read(ulong iova = Iova, SourceId? source = null) => Unit.Translate(source ?? Device, new Iova(iova), Permission.Read);
}
