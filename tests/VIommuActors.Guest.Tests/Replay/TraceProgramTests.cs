using VIommuActors.Guest.Cpu;

namespace VIommuActors.Guest.Tests.Replay;

public class TraceProgramTests
{
    // Queue at 0x1000, status words at 0x2000, root at 0x3000; one device 00:03.0 of domain 1 with tables at 0x4000.
    private const string QueueOn = "2 W 88 4 0\n3 W 90 8 1000\n4 W 18 4 4000000\n5 R 1c 4 4000000\n";
    private const string Remapping = "6 W 20 8 3000\n7 W 18 4 44000000\n8 R 1c 4 44000000\n9 W 18 4 84000000\n10 R 1c 4 c4000000\n";
    private const string RegisterRemapping = "6 W 20 8 3000\n7 W 18 4 40000000\n8 R 1c 4 40000000\n9 W 18 4 80000000\n10 R 1c 4 c0000000\n";
    private const string Context = "11 C 18 4001 101\n";

    private static readonly string Queued = Replays.Header + QueueOn + Remapping + Context;
    private static readonly string Register = Replays.Header + RegisterRemapping + Context;

    [Fact]
    public void A_queued_recording_replays_in_its_order_without_a_finding()
    {
        var replay = Run(Queued
            + "12 M 18 fffff000 5003 1 fff\n13 H 18 fffff800 5003 1\n"
            + "14 W 88 4 20\n14 Q 100f2 fffff000\n14 Q 200000025 2004\n14 S 2004 2\n"
            + "15 M 18 fffff000 6003 1 fff\n");
        Assert.Equal(
            [
                "work begins", "R8 8", "R8 10", "W4 88 0", "W8 90 1000", "backlog 0", "W4 18 4000000", "R4 1c",
                "W8 20 3000", "backlog 0", "W4 18 44000000", "R4 1c", "W4 18 84000000", "R4 1c", "attached 00:03.0 1",
                "granted 0xfffff000 0x5000 rw", "ring 0 0xfffff000+64r x1", "backlog 64", "ring 0 0xfffff800+64w x1", "backlog 64",
                "completion 1", "completion 2", "withdrawn 0xfffff000",   // its devices are done, then the leaf is cleared
                "W4 88 20", "revoked 0xfffff000", "invalidated after 1500",
                "granted 0xfffff000 0x6000 rw", "ring 0 0xfffff000+64r x1", "backlog 64", "backlog 0",
            ],
            replay.Cpu.Journal);
        AssertClean(replay);
        Assert.Equal(
            "replay: 5 register reads (5 equal at once, 0 after polling), 2 descriptors and 1 status writes in order, "
            + "0 register invalidations, 3 translations, 0 findings, 0 lines of other kinds left out",
            replay.Report.ToString());
        Assert.Equal([0x100f2UL, 0xfffff000, 0x200000025, 0x2004], Quadwords(replay, 4));
    }

    [Fact]
    public void A_register_recording_replays_each_command_to_its_end()
    {
        var replay = Run(Register
            + "12 M 18 fffff000 5001 1 fff\n"
            + "13 W f0 8 fffff000\n13 W f8 8 b003000100000000\n13 G page 1 fffff000 0\n14 R f8 8 3603000100000000\n"
            + "15 W 28 8 a000000000000000\n15 G context\n15 R 28 8 2800000000000000\n");
        Assert.Equal(
            [
                "granted 0xfffff000 0x5000 r", "ring 0 0xfffff000+64r x1", "backlog 64",
                "W8 f0 fffff000", "completion 1", "withdrawn 0xfffff000", "W8 f8 b003000100000000", "R8 f8", "revoked 0xfffff000",
                "invalidated after 4500", "W8 28 a000000000000000", "R8 28", "invalidated after 3000", "backlog 0",
            ],
            replay.Cpu.Journal.SkipWhile(act => !act.StartsWith("granted", StringComparison.Ordinal)));
        AssertClean(replay);
        Assert.Equal((2L, 0L), (replay.Report.RegisterInvalidations, replay.Report.NotReplayed));
    }

    [Theory]
    [InlineData("13 W f8 8 a003000100000000\n13 R f8 8 2403000100000000\n", 2)]
    [InlineData("13 W f8 8 9003000000000000\n13 R f8 8 1203000000000000\n", 3)]
    [InlineData("13 W f0 8 ffffe001\n13 W f8 8 b003000100000000\n13 R f8 8 3603000100000000\n", 1)]
    [InlineData("13 W f0 8 fffff000\n13 W f8 8 b003000200000000\n13 R f8 8 3603000200000000\n", 1)]
    public void What_a_command_covers_is_cleared_and_revoked(string command, int revoked)
    {
        var replay = Run(Register
            + "11 C 20 8001 201\n12 M 18 fffff000 5001 1 fff\n12 M 18 ffff0000 6001 1 fff\n12 M 20 fffff000 7001 2 fff\n" + command);
        AssertClean(replay);
        Assert.Equal(revoked, replay.Cpu.Journal.Only("revoked").Count());
        Assert.Equal(revoked, replay.Cpu.Journal.Only("withdrawn").Count());
    }

    [Fact]
    public void In_flight_nobody_waits_for_the_devices()
    {
        const string Text = "12 M 18 fffff000 5001 1 fff\n13 W f8 8 a003000100000000\n13 R f8 8 2403000100000000\n";
        var replay = new Replays(Replays.Read(Register + Text), unmapWhileInFlight: true).Run();
        Assert.DoesNotContain(replay.Cpu.Journal, act => act.StartsWith("completion", StringComparison.Ordinal));
        AssertClean(replay);
    }

    [Fact]
    public void A_register_that_reads_differently_is_a_finding_with_its_line()
    {
        var replay = Run(Replays.Header + "2 R 34 4 2\n3 R 0 4 10\n");
        Assert.Equal(1, replay.Report.FindingCount);
        Assert.Equal("line 3: register 0x34 reads 0x0, recorded 0x2", Assert.Single(replay.Report.Findings));
        Assert.Equal((4L, 3L), (replay.Report.Reads, replay.Report.EqualReads));
    }

    [Fact]
    public void A_command_whose_result_differs_is_a_finding_with_its_line()
    {
        var replay = Run(Register + "13 W f8 8 a003000100000000\n13 R f8 8 1203000100000000\n");
        Assert.Equal("line 10: register 0xf8 reads 0x2403000100000000, recorded 0x1203000100000000", Assert.Single(replay.Report.Findings));
    }

    [Fact]
    public void A_global_status_that_comes_late_is_polled_and_counted_as_a_matter_of_timing()
    {
        var replay = new Replays(Replays.Read(Register));
        var looks = 0;
        replay.Cpu.Load = (offset, size) => offset == 0x1c && ++looks is 1 or 2 ? 0 : replay.Unit.Read(offset, size);
        replay.Run();
        AssertClean(replay);
        Assert.Equal((3L, 1L), (replay.Report.EqualReads, replay.Report.PolledReads));
        Assert.Equal(new Dictionary<string, long> { ["GSTS"] = 1 }, replay.Report.DecidedByTiming);
    }

    [Fact]
    public void Only_the_first_findings_are_kept_and_all_are_counted()
    {
        var replay = Run(Replays.Header + string.Concat(Enumerable.Repeat("2 R 34 4 2\n", 25)));
        Assert.Equal((25L, 20), (replay.Report.FindingCount, replay.Report.Findings.Count));
    }

    [Fact]
    public void A_translation_before_its_context_entry_is_a_finding()
    {
        var replay = Run(Replays.Header + "2 M 18 fffff000 5003 1 fff\n");
        Assert.Equal("line 3: a translation for device 00:03.0 before its context entry", Assert.Single(replay.Report.Findings));
        Assert.Equal(0, replay.Report.Translations);
    }

    [Fact]
    public void A_tail_that_moves_by_another_number_is_a_finding_and_the_replay_goes_on_from_there()
    {
        var replay = Run(Queued
            + "12 W 88 4 20\n12 Q 100f2 fffff000\n12 Q 200000025 2004\n12 S 2004 2\n"
            + "13 W 88 4 50\n13 Q 100f2 fffff000\n13 Q 200000025 2014\n13 S 2014 2\n");
        Assert.Equal("line 17: the tail moves by 3 descriptors, of which the recorded unit fetched 2", replay.Report.Findings[0]);
    }

    [Fact]
    public void A_descriptor_that_is_fetched_differently_is_a_finding_with_its_line()
    {
        var replay = new Replays(Replays.Read(Queued + "12 W 88 4 20\n12 Q 100f2 fffff000\n12 Q 200000025 2004\n12 S 2004 2\n"))
        {
            Twist = value => value == 0x100f2 ? 0x200f2UL : value,
        };
        replay.Run();
        Assert.Equal("line 14: the unit fetched 200f2 fffff000 where 100f2 fffff000 was due", Assert.Single(replay.Report.Findings));
    }

    [Fact]
    public void A_status_of_another_value_is_a_finding_with_its_line()
    {
        var replay = new Replays(Replays.Read(Queued + "12 W 88 4 20\n12 Q 100f2 fffff000\n12 Q 200000025 2004\n12 S 2004 2\n"))
        {
            Twist = value => value == 2 ? 3UL : value,
        };
        replay.Run();
        Assert.Equal(
            [
                "line 15: status 3 was written to 0x2004 where 2 to 0x2004 was due",
                "line 16: status 3 was written to 0x2004, recorded 2 to 0x2004",
            ],
            replay.Report.Findings);
    }

    [Fact]
    public void Only_a_wait_proves_that_an_invalidation_is_over()
    {
        var replay = Run(Queued
            + "12 M 18 fffff000 5003 1 fff\n"
            + "13 W 88 4 10\n13 Q 100f2 fffff000\n14 M 18 ffffe000 6003 1 fff\n15 W 88 4 20\n15 Q 200000025 2004\n15 S 2004 2\n");
        AssertClean(replay);
        var journal = replay.Cpu.Journal;
        Assert.True(journal.IndexOf("W4 88 20") < journal.IndexOf("revoked 0xfffff000"));
        Assert.Single(journal, act => act.StartsWith("revoked", StringComparison.Ordinal));
    }

    [Fact]
    public void With_ats_a_device_tlb_descriptor_follows_each_iotlb_descriptor()
    {
        var replay = new Replays(
            Replays.Read(Queued
                + "12 M 18 fffff000 5003 1 fff\n"
                + "13 W 88 4 20\n13 Q 100f2 ffffe001\n13 Q 200000025 2004\n13 S 2004 2\n"
                + "14 W 88 4 40\n14 Q 100e2 0\n14 Q 200000025 200c\n14 S 200c 2\n"),
            deviceTlb: true);
        replay.Run();
        AssertClean(replay);
        Assert.Equal(["W4 88 30", "W4 88 60"], replay.Cpu.Journal.Only("W4 88").Skip(1));
        Assert.Equal(
            [0x100f2UL, 0xffffe001, 0x1800000003, 0xffffe001, 0x200000025, 0x2004, 0x100e2, 0, 0x1800000003, 0x7ffffffffffff001],
            Quadwords(replay, 10));
        Assert.Equal(
            new Dictionary<string, long>
            {
                ["ECAP.DT is set for ats"] = 1,
                ["IQT counts the device-TLB descriptors of ats"] = 2,
                ["device-TLB invalidations added for ats"] = 2,
            },
            replay.Report.ByDesign);
    }

    [Fact]
    public void A_unit_that_does_not_complete_stops_the_replay_at_the_time_limit()
    {
        var replay = new Replays(Replays.Read(Register + "13 W f8 8 a003000100000000\n13 R f8 8 2403000100000000\n"));
        replay.Cpu.Load = (offset, size) => offset == 0xf8 ? 1UL << 63 : replay.Unit.Read(offset, size);
        Assert.IsType<GuestPanicException>(replay.Start().Failure);
        Assert.StartsWith("timed out 0 after 10", replay.Cpu.Journal[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Lines_that_nothing_replays_are_counted()
    {
        var replay = Run(Register + "12 P 18 1000\n12 F 18 2 1000 1\n12 I fee01004 21\n12 V 1 48 1\n12 N dump\n12 X ir_enable enable 1\n");
        AssertClean(replay);
        Assert.Equal(4, replay.Report.NotReplayed);
    }

    [Fact]
    public void A_hit_without_its_miss_is_taken_for_a_small_page()
    {
        var replay = Run(Register + "12 H 18 fffff080 5003 1\n");
        AssertClean(replay);
        Assert.Contains("granted 0xfffff000 0x5000 rw", replay.Cpu.Journal);
    }

    [Fact]
    public void A_translation_after_its_invalidation_is_mapped_and_granted_anew()
    {
        var replay = Run(Register
            + "12 M 18 fffff000 5003 1 fff\n13 W f8 8 a003000100000000\n13 R f8 8 2403000100000000\n"
            + "14 H 18 fffff000 5003 1\n14 H 18 fffff000 5003 1\n");
        AssertClean(replay);
        Assert.Equal(
            ["granted 0xfffff000 0x5000 rw", "revoked 0xfffff000", "granted 0xfffff000 0x5000 rw"],
            replay.Cpu.Journal.Where(act => act.StartsWith('g') || act.StartsWith("revoked", StringComparison.Ordinal)));
    }

    [Fact]
    public void An_access_ends_at_its_page()
    {
        var replay = Run(Register + "12 M 18 fffff0 5001 1 fff\n13 M 18 401ff0 600081 1 1fffff\n");
        Assert.Equal(["ring 0 0xfffff0+16r x1", "ring 0 0x401ff0+16r x1"], replay.Cpu.Journal.Only("ring"));
    }

    [Fact]
    public void Recorded_time_becomes_scaled_think_time()
    {
        var replay = new Replays(Replays.Read("10 R 0 4 10\n10 R 0 4 10\n15 R 0 4 10\n"), thinkFactor: 3).Run();
        Assert.Equal(["work begins", "pause 15000", "R4 0", "R4 0", "pause 7500", "R4 0", "backlog 0"], replay.Cpu.Journal);
    }

    [Fact]
    public void Devices_are_quiet_before_their_unit_stops_translating()
    {
        var replay = Run(Register + "12 W 18 4 0\n");
        Assert.Equal(["backlog 0", "W4 18 0", "backlog 0"], replay.Cpu.Journal.TakeLast(3));
    }

    [Fact]
    public void Other_vcpus_have_nothing_to_do()
    {
        var replay = new Replays(Replays.Read(Register));
        var second = new FakeCpu(replay.Ram, index: 1);
        var program = replay.StartOn(second);
        Assert.True(program.IsCompleted);
        Assert.Empty(second.Journal);
    }

    private static Replays Run(string text) => new Replays(Replays.Read(text)).Run();

    /// <summary>What stands at the beginning of the queue.</summary>
    private static IEnumerable<ulong> Quadwords(Replays replay, int count) =>
        Enumerable.Range(0, count).Select(i => replay.Ram.Read64(new(0x1000 + ((ulong)i * 8))));

    private static void AssertClean(Replays replay)
    {
        Assert.Empty(replay.Report.Findings);
        Assert.Equal(0, replay.Refused);
        Assert.Empty(((FakeWatch)replay.Cpu.Watch).Oracle.Violations);
    }
}
