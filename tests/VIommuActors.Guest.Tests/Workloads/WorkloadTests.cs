using System.Collections.Immutable;
using VIommuActors.Guest.Driver;
using VIommuActors.Guest.Policies;
using VIommuActors.Guest.Workloads;
using VIommuActors.Vtd;
using VIommuActors.Vtd.Translation;

namespace VIommuActors.Guest.Tests.Workloads;

public class WorkloadTests
{
    private readonly Bench _bench = new();

    [Fact]
    public void A_ring_holds_address_length_and_direction_of_each_fragment()
    {
        var ring = NewRing(out var page);
        var posted = ring.Post(_bench.Cpu, [Segment(0xfffe1234, 0x600, isWrite: true), Segment(0xfffc0000, 0x1000, isWrite: false)]);
        Assert.Equal(
            [0xfffe1234UL, 0x8000000000000600, 0xfffc0000, 0x1000],
            Enumerable.Range(0, 4).Select(i => _bench.Load(page.Value + ((ulong)i * 8))));
        Assert.Equal(
            [
                Segment(0xfffff000, 32, isWrite: false),                                                        // fetch both descriptors
                Segment(0xfffe1234, 0x600, isWrite: true), Segment(0xfffc0000, 0x1000, isWrite: false),         // the fragments
                Segment(0xfffff000, 16, isWrite: true),                                                         // write the first one back
            ],
            posted.ToArray());
    }

    [Fact]
    public void A_request_that_does_not_fit_behind_the_last_begins_at_the_start_of_the_page()
    {
        var ring = NewRing(out var page);
        ImmutableArray<DmaSegment> three = [Segment(0x1000, 1, true), Segment(0x2000, 2, true), Segment(0x3000, 3, true)];
        for (var i = 0; i < 85; i++) ring.Post(_bench.Cpu, three);
        Assert.Equal(0x3000UL, _bench.Load(page.Value + (254 * 16)));
        Assert.Equal(0xfffffff0, ring.Post(_bench.Cpu, [Segment(0x7000, 7, true)])[0].Address.Value);
        Assert.Equal(0x7000UL, _bench.Load(page.Value + (255 * 16)));
        Assert.Equal(0xfffff000, ring.Post(_bench.Cpu, three)[0].Address.Value);
        Assert.Equal(128, DescriptorRing.FragmentLimit);
    }

    [Fact]
    public void A_pool_gives_out_what_came_back_last()
    {
        var pool = new BufferPool(_bench.Heap, 2, 4096);
        var (a, b) = (pool.Take(), pool.Take());
        Assert.Equal(2, a.Pages.Length);
        pool.Return(a);
        pool.Return(b);
        Assert.Same(b, pool.Take());
        Assert.NotSame(a, pool.New());
        Assert.Same(a, pool.Take());
    }

    [Theory]
    [InlineData(false, 4096)]
    [InlineData(true, 4096)]
    [InlineData(true, 2097152)]
    public void A_program_runs_to_its_end_and_every_access_of_its_devices_is_allowed(bool queued, int pageBytes)
    {
        var bench = new Bench(queued: queued);
        bench.Platform = bench.Platform with
        {
            Devices = [bench.Platform.Devices[0] with { HasRing = true }, bench.Platform.Devices[1] with { KeepsMappings = true }],
            OperationNs = 100,
        };
        var driver = new IommuDriver(bench.Platform, bench.Heap, bench.Ram);
        var pool = new BufferPool(bench.Heap, 2, (ulong)pageBytes);
        var program = new SyntheticProgram(driver, pool, bench.Heap, Settings() with { PageBytes = (ulong)pageBytes });
        var second = bench.NewCpu(1);
        var accesses = 0;
        foreach (var cpu in new[] { bench.Cpu, second })
        {
            var draws = 0;
            cpu.Draw = bound => (draws++ * 37) % bound;
            cpu.Work = (device, segments) =>
            {
                foreach (var segment in segments)
                {
                    var wanted = segment.IsWrite ? Permission.Write : Permission.Read;
                    var end = segment.Address.Value + (ulong)segment.Bytes;
                    for (var at = segment.Address.Value; at < end; at = (at & ~0xfffUL) + 4096, accesses++)
                        Assert.True(bench.Translate(at, wanted, bench.Platform.Devices[device].Source).Ok);
                }
            };
        }

        var waits = program.Run(second);
        Assert.False(waits.IsCompleted); // until the first vCPU has brought the machine up
        var first = program.Run(bench.Cpu);
        Bench.Run(first);
        Bench.Run(waits);

        Assert.Equal(2 * 10 * 3, bench.Journal.Only("ring ").Count());
        Assert.Equal(1 + (2 * 10), bench.Journal.Only("granted").Count());
        Assert.Equal(2 * 10, bench.Journal.Only("revoked").Count());
        Assert.Single(bench.Journal, act => act == "work begins");
        Assert.Contains(bench.Journal.Only("ring 1 "), act => act.EndsWith(" x7", StringComparison.Ordinal));
        Assert.True(accesses > 150);
    }

    [Fact]
    public void A_patient_guest_waits_for_its_devices_before_it_unmaps_and_a_storm_never_does()
    {
        Assert.Contains("backlog 0", RoundOf(Settings() with { UnmapWhileInFlight = false }));
        var patient = RoundOf(Settings() with { UnmapWhileInFlight = true, InFlightWindowNs = 5000 });
        Assert.Contains("completion 3", patient);
        var storm = RoundOf(Settings() with { UnmapWhileInFlight = true, InFlightWindowNs = 5000, Storm = true });
        Assert.DoesNotContain("completion 3", storm);
        Assert.DoesNotContain("backlog 0", storm);
        Assert.Contains("pause 0", storm);
    }

    [Fact]
    public void The_owner_reuses_its_frames_right_after_unmapping()
    {
        var bench = new Bench();
        var buffer = bench.Buffer(2);
        var pool = new BufferPool(bench.Heap, 2, 4096);
        pool.Return(buffer);
        var driver = new IommuDriver(bench.Platform, bench.Heap, bench.Ram);
        Bench.Run(new SyntheticProgram(driver, pool, bench.Heap, Settings() with { Rounds = 1 }).Run(bench.Cpu));
        Assert.All(buffer.Pages, page => Assert.Equal(1UL, bench.Load(page.Value) >> 63));
        Assert.Equal((ulong)bench.Clock.NowNs | 1UL << 63, bench.Load(buffer.Pages[0].Value));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_pass_through_device_reaches_its_buffer_while_it_is_attached_and_nothing_after(bool queued)
    {
        var bench = new Bench(queued: queued);
        bench.Platform = bench.Platform with { PassThrough = true };
        var driver = new IommuDriver(bench.Platform, bench.Heap, bench.Ram);
        var pool = new BufferPool(bench.Heap, 2, 4096);
        var attached = 0;
        bench.Cpu.Work = (device, segments) =>
        {
            foreach (var segment in segments)
            {
                var source = bench.Platform.Devices[device].Source;
                Assert.True(bench.Translate(segment.Address.Value, Permission.Write, source).Ok);
                Assert.False(bench.Translate(segment.Address.Value, Permission.Write, bench.Platform.Devices[1 - device].Source).Ok);
                attached++;
            }
        };

        Bench.Run(new AttachDetachProgram(driver, pool, Settings() with { Rounds = 3, Burst = 1 }).Run(bench.Cpu));

        Assert.Equal(6, attached);
        Assert.Equal(6, bench.Journal.Only("granted").Count());
        Assert.Equal(6, bench.Journal.Only("revoked").Count());
        var buffer = pool.Take();
        Assert.All(bench.Platform.Devices, device => Assert.False(bench.Translate(buffer.Pages[0].Value, Permission.Read, device.Source).Ok));
        // The guest waits for the context cache alone: nothing of the device was ever in the IOTLB.
        var work = bench.Flushes.SkipWhile(flush => flush.Granularity != Vtd.Invalidation.Granularity.Device).ToArray();
        Assert.Equal(3, work.Length);
        Assert.All(work, flush => Assert.Equal(
            queued ? Vtd.Invalidation.InvalidationCommand.QueuedContext : Vtd.Invalidation.InvalidationCommand.ContextRegister, flush.Command));
    }

    private static SyntheticSettings Settings() => new()
    {
        Rounds = 10,
        BufferPages = 2,
        PageBytes = 4096,
        Burst = 3,
        Offset = 0x800,
        UnmapWhileInFlight = false,
        InFlightWindowNs = 0,
        Storm = false,
        WritePercent = 50,
        MapperUses = 7,
        Backlog = 4,
        NewPolicy = (driver, _) => new StrictPolicy(driver),
    };

    /// <summary>What a guest does between its first ring and its first unmap.</summary>
    private static List<string> RoundOf(SyntheticSettings settings)
    {
        var bench = new Bench();
        var driver = new IommuDriver(bench.Platform, bench.Heap, bench.Ram);
        var program = new SyntheticProgram(driver, new BufferPool(bench.Heap, 2, 4096), bench.Heap, settings);
        Bench.Run(program.Run(bench.Cpu));
        return [.. bench.Journal.SkipWhile(act => !act.StartsWith("ring", StringComparison.Ordinal))
            .TakeWhile(act => !act.StartsWith("withdrawn", StringComparison.Ordinal))];
    }

    private DescriptorRing NewRing(out GuestPhysical page)
    {
        var driver = _bench.Started();
        var buffer = _bench.Buffer(1);
        page = buffer.Pages[0];
        return new DescriptorRing(Bench.Run(driver.Map(_bench.Cpu, 0, buffer, writable: true)));
    }

    private static DmaSegment Segment(ulong address, int bytes, bool isWrite) => new(new Iova(address), bytes, isWrite);
}
