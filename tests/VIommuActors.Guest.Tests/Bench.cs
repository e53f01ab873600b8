using VIommuActors.Guest.Cpu;
using VIommuActors.Guest.Driver;
using VIommuActors.Oracle;
using VIommuActors.Vtd;
using VIommuActors.Vtd.Memory;
using VIommuActors.Vtd.Translation;
using Flush = VIommuActors.Vtd.Invalidation.Invalidation;

namespace VIommuActors.Guest.Tests;

/// <summary>A real unit over 64 MiB of RAM, driven by fake vCPUs that share a journal and a clock. The heap begins at 0x100000.</summary>
internal sealed class Bench : IVtdHost
{
    public const ulong HeapFrom = 0x100000, RamBytes = 64UL << 20;

    public static readonly SourceId First = new(0x18);
    public static readonly SourceId Second = new(0x20);

    public Bench(bool queued = false, bool deviceTlb = false, bool cachingMode = false, int levels = 4, int domains = 2)
    {
        Unit = new VtdUnit(new VtdOptions { DeviceTlb = deviceTlb, CachingMode = cachingMode }, Ram, this);
        Heap = new GuestHeap(HeapFrom, RamBytes);
        Cpu = NewCpu(0);
        Platform = new GuestPlatform
        {
            UnitBases = [FakeCpu.UnitBase],
            Devices =
            [
                new GuestDevice(0, First, 0, 0, HasRing: false, KeepsMappings: false),
                new GuestDevice(1, Second, 0, domains - 1, HasRing: false, KeepsMappings: false),
            ],
            Domains = [.. Enumerable.Range(1, domains).Select(id => new GuestDomain(0, new DomainId((ushort)id), new DomainKey(id)))],
            RamBytes = RamBytes,
            Queued = queued,
            DeviceTlb = deviceTlb,
            CachingMode = cachingMode,
            Levels = levels,
            OperationNs = 0,
            CopyPerPageNs = 0,
            InvalidationTimeoutNs = 10_000_000_000,
        };
    }

    public GuestRam Ram { get; } = new(RamBytes);

    public VtdUnit Unit { get; }

    public GuestHeap Heap { get; }

    public Clock Clock { get; } = new();

    public List<string> Journal { get; } = [];

    public FakeCpu Cpu { get; }

    public GuestPlatform Platform { get; set; }

    /// <summary>What the host answers to an invalidation: true = nothing else holds a translation.</summary>
    public Func<Flush, bool> Answer { get; set; } = _ => true;

    public List<Flush> Flushes { get; } = [];

    public DmaOracle Oracle => ((FakeWatch)Cpu.Watch).Oracle;

    /// <summary>Another vCPU of the same guest.</summary>
    public FakeCpu NewCpu(int index)
    {
        var cpu = new FakeCpu(Ram, Journal, Clock, index) { Load = Unit.Read, Store = Unit.Write };
        if (index > 0) cpu.Watch = Cpu.Watch;
        return cpu;
    }

    /// <summary>A driver that has come up; the journal is empty again.</summary>
    public IommuDriver Started()
    {
        var driver = new IommuDriver(Platform, Heap, Ram);
        Run(driver.Start(Cpu));
        Journal.Clear();
        return driver;
    }

    /// <summary>Guest code that must have come to its end.</summary>
    public static void Run(GuestCode code)
    {
        Assert.True(code.IsCompleted, "the guest code waits");
        code.GetResult();
    }

    /// <summary>As <see cref="Run"/>, with the value.</summary>
    public static T Run<T>(GuestCode<T> code)
    {
        Assert.True(code.IsCompleted, "the guest code waits");
        return code.GetResult();
    }

    public GuestBuffer Buffer(int pages, ulong pageBytes = 4096) =>
        new([.. Enumerable.Range(0, pages).Select(_ => Heap.Take(pageBytes))], pageBytes);

    public ulong Load(ulong address) => Ram.Read64(new GuestPhysical(address));

    public Translated Translate(ulong iova, Permission wanted = Permission.Read, SourceId? source = null) =>
        Unit.Translate(source ?? First, new Iova(iova), wanted);

    /// <summary>The journal, and a new one begins.</summary>
    public string[] TakeJournal()
    {
        string[] journal = [.. Journal];
        Journal.Clear();
        return journal;
    }

    bool IVtdHost.Flushed(in Flush invalidation)
    {
        Flushes.Add(invalidation);
        return Answer(invalidation);
    }

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
