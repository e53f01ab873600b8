using VIommuActors.Guest.Cpu;
using VIommuActors.Guest.Driver;
using VIommuActors.Vtd;
using VIommuActors.Vtd.Memory;

namespace VIommuActors.Guest.Tests.Driver;

public class RegisterInvalidatorTests
{
    private const long Limit = 10_000_000_000;

    private static readonly DomainId Five = new(5);

    private readonly FakeCpu _cpu = new(new GuestRam(4096));
    private readonly RegisterInvalidator _invalidator = new(FakeCpu.UnitBase, 0xf8, Limit);

    [Fact]
    public void Everything_is_the_context_cache_and_then_the_iotlb()
    {
        Bench.Run(_invalidator.Everything(_cpu));
        Assert.Equal(["W8 28 a000000000000000", "R8 28", "W8 f8 9001000000000000", "R8 f8"], _cpu.Journal);
    }

    [Fact]
    public void A_changed_context_entry_goes_before_the_iotlb_of_its_old_domain()
    {
        Bench.Run(_invalidator.Context(_cpu, Five, new SourceId(0x28), iotlbToo: true));
        Assert.Equal(["W8 28 e000000000280005", "R8 28", "W8 f8 a001000500000000", "R8 f8"], _cpu.Journal);
    }

    [Fact]
    public void A_domain_is_one_command_and_device_tlbs_are_out_of_reach()
    {
        Bench.Run(_invalidator.Domain(_cpu, Five, [new SourceId(0x28)]));
        Assert.Equal(["W8 f8 a001000500000000", "R8 f8"], _cpu.Journal);
    }

    [Fact]
    public void The_address_is_written_before_the_command()
    {
        Bench.Run(_invalidator.Pages(_cpu, Five, new Iova(0x10201000), 2, []));
        Assert.Equal(["W8 f0 10201002", "W8 f8 b001000500000000", "R8 f8"], _cpu.Journal);
    }

    [Fact]
    public void The_registers_stand_where_the_capabilities_put_them()
    {
        Bench.Run(new RegisterInvalidator(FakeCpu.UnitBase, 0x1008, Limit).Pages(_cpu, Five, new Iova(0x7000), 0, []));
        Assert.Equal(["W8 1000 7000", "W8 1008 b001000500000000", "R8 1008"], _cpu.Journal);
    }

    [Fact]
    public void The_driver_polls_until_the_command_bit_is_clear_and_relaxes_after_64_looks()
    {
        var looks = 0;
        _cpu.Load = (_, _) => ++looks <= 66 ? 0xb001000500000000 : 0x3601000500000000;
        Bench.Run(_invalidator.Pages(_cpu, Five, new Iova(0x7000), 0, []));
        Assert.Equal(67, _cpu.Journal.Count(act => act == "R8 f8"));
        Assert.Equal(["R8 f8", "pause 1000", "R8 f8", "pause 1000", "R8 f8"], _cpu.Journal.TakeLast(5));
        Assert.Equal(2, _cpu.Journal.Count(act => act == "pause 1000"));
    }

    [Fact]
    public void A_command_that_never_ends_is_reported_once_and_stops_the_guest()
    {
        _cpu.Load = (_, _) => 1UL << 63;
        var code = _invalidator.Domain(_cpu, Five, []);
        Assert.Equal("DMAR hardware is malfunctioning", Assert.IsType<GuestPanicException>(code.Failure).Message);
        var report = Assert.Single(_cpu.Journal, act => act.StartsWith("timed out", StringComparison.Ordinal));
        var waited = long.Parse(report["timed out 0 after ".Length..], System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(waited, Limit + 1, Limit + (Limit / 64) + 2500);
        Assert.InRange(_cpu.Journal.Count, 100, 3000);
    }

    [Fact]
    public void One_vcpu_at_a_time_has_the_registers()
    {
        var bench = new Bench { Answer = _ => false };
        var second = bench.NewCpu(1);
        bench.Cpu.Stepped = second.Stepped = true;
        var one = _invalidator.Pages(bench.Cpu, Five, new Iova(0x7000), 0, []);
        var two = _invalidator.Pages(second, Five, new Iova(0x8000), 0, []);
        Assert.False(second.HasPending);
        bench.Cpu.Go();
        bench.Cpu.Go();
        bench.Cpu.Go();
        Assert.Equal((false, false), (one.IsCompleted, second.HasPending));
        Assert.True(bench.Unit.Complete(bench.Flushes[0].Id));
        bench.Cpu.Go();
        Assert.Equal((true, true), (one.IsCompleted, second.HasPending));
        second.Go();
        second.Go();
        Assert.True(bench.Unit.Complete(bench.Flushes[1].Id));
        second.Go();
        Assert.True(two.IsCompleted);
        Assert.Equal(
            ["W8 f0 7000", "W8 f8 b001000500000000", "R8 f8", "R8 f8", "W8 f0 8000", "W8 f8 b001000500000000", "R8 f8"], bench.Journal);
        Assert.Equal([0x7000UL, 0x8000], bench.Flushes.Select(flush => flush.Address.Value));
    }

    [Fact]
    public void Waiting_for_other_vcpus_does_not_count_towards_the_time_limit()
    {
        var clock = new Clock();
        var (one, two) = (new FakeCpu(_cpu.Memory, [], clock), new FakeCpu(_cpu.Memory, [], clock, 1));
        one.Stepped = true;
        // Each command takes six of the ten seconds.
        var first = _invalidator.Domain(one, Five, []);
        var second = _invalidator.Domain(two, Five, []);
        one.Go();
        clock.NowNs += 6_000_000_000;
        var until = clock.NowNs + 6_000_000_000;
        two.Load = (_, _) => clock.NowNs < until ? 1UL << 63 : 0;
        one.Go();
        Bench.Run(first);
        Bench.Run(second);
    }
}
