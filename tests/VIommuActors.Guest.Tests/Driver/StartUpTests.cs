using VIommuActors.Guest.Cpu;
using VIommuActors.Guest.Driver;
using VIommuActors.Vtd;

namespace VIommuActors.Guest.Tests.Driver;

public class StartUpTests
{
    [Fact]
    public void A_register_guest_comes_up_in_the_order_of_linux()
    {
        var bench = new Bench();
        Bench.Run(new IommuDriver(bench.Platform, bench.Heap, bench.Ram).Start(bench.Cpu));
        Assert.Equal(
            [
                "attached 00:03.0 1", "attached 00:04.0 2",
                "R4 0", "R8 8", "R8 10", "R4 1c", "R4 34",       // VER, CAP, ECAP, what firmware left in GSTS and FSTS
                "W8 20 102000", "W4 18 40000000", "R4 1c",       // RTADDR, SRTP, RTPS
                "W8 28 a000000000000000", "R8 28",               // context cache, everything
                "W8 f8 9001000000000000", "R8 f8",               // IOTLB, everything, after it
                "W4 3c 21", "W4 40 fee00000", "W4 38 0",         // FEDATA, FEADDR, FECTL unmasked
                "W4 18 80000000", "R4 1c",                       // TE, TES; SRTP is not repeated
            ],
            bench.Journal);
    }

    [Fact]
    public void A_queued_guest_turns_the_queue_on_first_and_keeps_it_on()
    {
        var bench = new Bench(queued: true);
        Bench.Run(new IommuDriver(bench.Platform, bench.Heap, bench.Ram).Start(bench.Cpu));
        Assert.Equal(
            [
                "attached 00:03.0 1", "attached 00:04.0 2",
                "R4 0", "R8 8", "R8 10", "R4 1c", "R4 34",
                "W4 88 0", "W8 90 102000", "W4 18 4000000", "R4 1c", // IQT before IQA before QIE
                "W8 20 104000", "W4 18 44000000", "R4 1c",           // QIE stays set
                "W4 88 20", "W4 88 40",                              // context cache, then IOTLB; both over before the first look
                "W4 3c 21", "W4 40 fee00000", "W4 38 0",
                "W4 18 84000000", "R4 1c",
            ],
            bench.Journal);
        Assert.Equal(
            [0x11UL, 0, 0x0000000200000025, 0x103004, 0xd2, 0, 0x0000000200000025, 0x10300c],
            Enumerable.Range(0, 8).Select(i => bench.Load(0x102000 + ((ulong)i * 8))));
    }

    [Fact]
    public void Each_status_bit_is_polled_until_it_is_set_and_its_command_written_once()
    {
        var bench = new Bench(queued: true);
        var looks = 0;
        bench.Cpu.Load = (offset, size) => offset == 0x1c && ++looks % 3 != 0 ? 0 : bench.Unit.Read(offset, size);
        Bench.Run(new IommuDriver(bench.Platform, bench.Heap, bench.Ram).Start(bench.Cpu));
        Assert.Equal(["W4 18 4000000", "W4 18 44000000", "W4 18 84000000"], bench.Journal.Only("W4 18"));
        Assert.True(bench.Journal.Count(act => act == "R4 1c") >= 9);
    }

    [Fact]
    public void A_status_bit_that_never_comes_stops_the_guest_at_the_time_limit()
    {
        var bench = new Bench();
        bench.Cpu.Load = (offset, size) => offset == 0x1c ? 0 : bench.Unit.Read(offset, size);
        var start = new IommuDriver(bench.Platform, bench.Heap, bench.Ram).Start(bench.Cpu);
        Assert.Equal("DMAR hardware is malfunctioning", Assert.IsType<GuestPanicException>(start.Failure).Message);
        Assert.StartsWith("timed out 0 after 10", bench.Journal[^1], StringComparison.Ordinal);
        Assert.InRange(bench.Clock.NowNs, 10_000_000_000, 10_200_000_000);
    }

    [Theory]
    [InlineData(3, false, 0x100001, 0x101)]
    [InlineData(4, false, 0x100001, 0x102)]
    [InlineData(3, true, 0x100005, 0x101)]
    [InlineData(4, true, 0x100005, 0x102)]
    public void Root_and_context_entries_say_table_width_domain_and_translation_type(int levels, bool deviceTlb, ulong low, ulong high)
    {
        var bench = new Bench(deviceTlb: deviceTlb, levels: levels);
        bench.Started();
        Assert.Equal((0x103001UL, 0UL), (bench.Load(0x102000), bench.Load(0x102008)));
        Assert.Equal((low, high), (bench.Load(0x103180), bench.Load(0x103188)));
        Assert.Equal((low + 0x1000, high + 0x100), (bench.Load(0x103200), bench.Load(0x103208)));
    }

    [Fact]
    public void Each_bus_has_its_own_context_table()
    {
        var bench = new Bench();
        bench.Platform = bench.Platform with
        {
            Devices = [bench.Platform.Devices[0], bench.Platform.Devices[1] with { Source = new SourceId(0x0218) }],
        };
        bench.Started();
        Assert.Equal([0x103001UL, 0, 0x104001], new[] { bench.Load(0x102000), bench.Load(0x102010), bench.Load(0x102020) });
        Assert.Equal((0x100001UL, 0x101001UL), (bench.Load(0x103180), bench.Load(0x104180)));
    }

    [Fact]
    public void The_other_vcpus_wait_for_the_first()
    {
        var bench = new Bench();
        var driver = new IommuDriver(bench.Platform, bench.Heap, bench.Ram);
        var second = bench.NewCpu(1);
        var waiting = driver.Start(second);
        Assert.False(waiting.IsCompleted);
        Bench.Run(driver.Start(bench.Cpu));
        Assert.True(waiting.IsCompleted);
        Assert.Single(bench.Journal, act => act == "W4 18 80000000");
    }

    [Fact]
    public void A_new_mapping_costs_no_register_access()
    {
        var bench = new Bench();
        var driver = bench.Started();
        var buffer = bench.Buffer(3);
        var mapping = Bench.Run(driver.Map(bench.Cpu, 0, buffer, writable: false));
        Assert.Equal(0xffffc000, mapping.Iova.Value);
        Assert.Equal([$"granted 0xffffc000 {string.Join(',', buffer.Pages)} r"], bench.Journal);
        Assert.Equal(buffer.Pages[2], bench.Translate(0xffffe000).Address);
        Assert.False(bench.Translate(0xffffe000, Vtd.Translation.Permission.Write).Ok);
    }

    [Fact]
    public void In_caching_mode_a_new_mapping_is_invalidated_too()
    {
        var bench = new Bench(cachingMode: true);
        var driver = bench.Started();
        Bench.Run(driver.Map(bench.Cpu, 0, bench.Buffer(3), writable: true));
        Assert.Equal(["W8 f0 ffffc002", "W8 f8 b001000100000000", "R8 f8", "invalidated after 4500"], bench.Journal.Skip(1));
    }

    [Fact]
    public void A_range_beyond_the_largest_address_mask_flushes_its_domain()
    {
        var bench = new Bench();
        var driver = bench.Started();
        // 2^19 pages from a 1 GiB boundary on; CAP.MAMV is 18.
        var pages = Enumerable.Repeat(new GuestPhysical(0x40000000), 1).ToArray();
        var oneGiB = Bench.Run(driver.Map(bench.Cpu, 1, new GuestBuffer([.. pages], 1UL << 30), writable: true));
        Bench.Run(driver.Clear(bench.Cpu, oneGiB));
        Bench.Run(driver.Flush(bench.Cpu, oneGiB));
        Assert.Contains("W8 f8 b001000200000000", bench.TakeJournal());
        var space = new GuestBuffer([.. Enumerable.Repeat(new GuestPhysical(0x200000), 1 << 10)], 1UL << 21);
        var error = driver.Map(bench.Cpu, 1, space, writable: true).Failure;
        Assert.IsType<GuestPanicException>(error);
    }

    [Fact]
    public void The_fault_handler_reads_the_record_frees_it_and_clears_the_overflow()
    {
        var bench = new Bench();
        var driver = bench.Started();
        Assert.False(bench.Translate(0x5000).Ok);
        Assert.False(bench.Translate(0x6000).Ok);
        bench.Cpu.Interrupts.Add(0);
        Bench.Run(driver.Map(bench.Cpu, 0, bench.Buffer(1), writable: true));
        Assert.Equal(["R4 34", "R8 228", "R8 220", "W4 22c 80000000", "W4 34 1"], bench.TakeJournal()[..5]);
        Assert.Equal(0UL, bench.Unit.Read(0x34, 4));
        Assert.False(bench.Cpu.HandlesFault);
        Bench.Run(driver.Map(bench.Cpu, 0, bench.Buffer(1), writable: true));
        Assert.Single(bench.Journal);
    }
}
