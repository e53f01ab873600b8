using VIommuActors.Guest.Recording;
using VIommuActors.Guest.Tests.Recording;
using VIommuActors.Vtd;
using VIommuActors.Vtd.Memory;
using VIommuActors.Vtd.Spec;
using VIommuActors.Vtd.Translation;
using Flush = VIommuActors.Vtd.Invalidation.Invalidation;

namespace VIommuActors.Guest.Tests.Replay;

/// <summary>The recordings of real drivers: replayed in full, and their real tables walked.</summary>
public class RealRecordingTests
{
    [Theory]
    [InlineData("linux-strict", false, 2646, 0)]
    [InlineData("linux-strict", true, 2646, 0)]
    [InlineData("xen-register", false, 0, 19065)]
    public void A_real_driver_replays_without_a_finding(string name, bool inFlight, int descriptors, int registerInvalidations)
    {
        var recording = Replays.Real($"{name}.trace.gz");
        var replay = new Replays(recording, unmapWhileInFlight: inFlight).Run();
        Assert.Empty(replay.Report.Findings);
        Assert.Equal((descriptors, registerInvalidations), (replay.Report.Descriptors, replay.Report.RegisterInvalidations));
        Assert.Equal(descriptors / 2, replay.Report.StatusWrites);
        Assert.Equal(
            recording.Summary.Count(RecordedKind.TranslationMiss) + recording.Summary.Count(RecordedKind.TranslationHit),
            replay.Report.Translations);
        Assert.Equal(recording.Summary.Count(RecordedKind.RegisterRead), replay.Report.EqualReads);
        Assert.Equal(0, replay.Refused);
        Assert.Empty(((FakeWatch)replay.Cpu.Watch).Oracle.Violations);
    }

    [Fact]
    public void With_ats_the_linux_recording_has_only_differences_by_design()
    {
        var replay = new Replays(Replays.Real("linux-strict.trace.gz"), deviceTlb: true).Run();
        Assert.Empty(replay.Report.Findings);
        Assert.Equal(0, replay.Refused);
        Assert.Empty(((FakeWatch)replay.Cpu.Watch).Oracle.Violations);
        Assert.True(replay.Report.ByDesign["device-TLB invalidations added for ats"] >= 1250);
    }

    [Fact]
    public void Linuxs_real_tables_translate_every_miss_that_is_still_valid_as_qemu_did()
    {
        var recording = Replays.Real("linux-strict.trace.gz");
        var unit = LoadTables("linux-strict.mem.gz", recording.Summary);
        var misses = ValidAtDump(recording);
        var wrong = new List<string>();
        foreach (var miss in misses)
        {
            var answer = Translate(unit, miss);
            var expected = new Translated(default, Target(miss), miss.PageMask, (Permission)(miss.Pte & 3), miss.Domain, Hit: answer.Hit);
            if (answer != expected) wrong.Add($"line {miss.Line}: {answer} where {expected} was recorded");
        }
        Assert.Empty(wrong);
        Assert.Equal(38, misses.Count);
    }

    [Fact]
    public void Xens_identity_map_leads_every_recorded_address_that_is_still_mapped_to_where_it_led()
    {
        // Xen flushed its whole domain shortly before and after the dump, so that no miss is certain to be valid; but what is mapped
        // for dom0 is mapped one to one. Split: in pages of another size by then. Gone: given away by the balloon.
        var recording = Replays.Real("xen-register.trace.gz");
        Assert.Empty(ValidAtDump(recording));
        var unit = LoadTables("xen-register.mem.gz", recording.Summary);
        int same = 0, gone = 0, split = 0;
        foreach (var miss in recording.Events.Where(e => e.Kind == RecordedKind.TranslationMiss))
        {
            var answer = Translate(unit, miss);
            if (!answer.Ok)
            {
                gone++;
                continue;
            }
            Assert.Equal((Target(miss), Permission.ReadWrite), (answer.Address, answer.Allowed));
            if (answer.Mask == miss.PageMask) same++;
            else split++;
        }
        Assert.Equal((422, 159, 129), (same, split, gone));
    }

    private static Translated Translate(VtdUnit unit, RecordedEvent miss) =>
        unit.Translate(miss.Source, miss.Iova, (miss.Pte & 1) != 0 ? Permission.Read : Permission.Write);

    private static GuestPhysical Target(RecordedEvent miss) =>
        new((miss.Pte & 0xf_ffff_ffff_f000 & ~miss.PageMask) | (miss.Iova.Value & miss.PageMask));

    /// <summary>A unit that translates with the dumped tables.</summary>
    private static VtdUnit LoadTables(string name, RecordedSummary summary)
    {
        using var file = RealFiles.Open(name);
        var dump = RecordedMemory.Read(file, name);
        var ram = new GuestRam((dump.Rows.Max(row => row.Address.Value) + 0x2000) & ~0xfffUL);
        foreach (var row in dump.Rows)
        {
            ram.Write64(row.Address, row.Low);
            ram.Write64(new GuestPhysical(row.Address.Value + 8), row.High);
        }
        var unit = new VtdUnit(VtdOptions.FromCapabilities(summary.Cap!.Value, summary.Ecap!.Value), ram, new Nobody());
        var root = dump.Rows.First(row => row.Table == RecordedTable.Root);
        unit.Write(RegisterOffset.Rtaddr, 8, root.Address.Value & ~0xfffUL);
        unit.Write(RegisterOffset.Gcmd, 4, 0x40000000);
        unit.Write(RegisterOffset.Gcmd, 4, 0x80000000);
        return unit;
    }

    /// <summary>
    /// The misses that show the tables as they were dumped: those before the dump that no invalidation since covers, the latest of
    /// each address, and those after it that no invalidation since the dump covers.
    /// </summary>
    private static List<RecordedEvent> ValidAtDump(RecordedTrace recording)
    {
        var dump = recording.Events.ToList().FindIndex(e => e.Kind == RecordedKind.Mark && e.Text == "dump");
        Assert.True(dump > 0);
        var valid = new Dictionary<(SourceId Source, Iova Page), RecordedEvent>();
        foreach (var e in recording.Events[..dump])
        {
            if (e.Kind == RecordedKind.TranslationMiss) valid[(e.Source, e.Iova.Page)] = e;
            if (ScopeOf(e) is not { } scope) continue;
            foreach (var (key, miss) in valid.ToArray())
            {
                if (scope.Covers(miss)) valid.Remove(key);
            }
        }
        var later = new List<Scope>();
        foreach (var e in recording.Events[dump..])
        {
            if (ScopeOf(e) is { } scope) later.Add(scope);
            if (e.Kind == RecordedKind.TranslationMiss && !later.Exists(scope => scope.Covers(e))) valid.TryAdd((e.Source, e.Iova.Page), e);
        }
        return [.. valid.Values.OrderBy(miss => miss.Line)];
    }

    private static Scope? ScopeOf(RecordedEvent e)
    {
        const ulong Everything = ulong.MaxValue;
        switch (e.Kind)
        {
            case RecordedKind.QueueDescriptor when (e.Low & 0xf) == 2:
                var domain = new DomainId((ushort)(e.Low >> 16));
                return ((e.Low >> 4) & 3) switch
                {
                    1 => new Scope(null, 0, Everything),
                    2 => new Scope(domain, 0, Everything),
                    _ => Pages(domain, e.High & ~0xfffUL, (int)(e.High & 0x3f)),
                };
            case RecordedKind.Invalidation:
                return e.Invalidation switch
                {
                    RecordedInvalidation.Global => new Scope(null, 0, Everything),
                    RecordedInvalidation.Domain => new Scope(e.Domain, 0, Everything),
                    RecordedInvalidation.Page => Pages(e.Domain, e.Iova.Value, e.AddressMask),
                    _ => null,
                };
            default:
                return null;
        }

        static Scope Pages(DomainId domain, ulong address, int mask) =>
            new(domain, address & ~((4096UL << mask) - 1), address | ((4096UL << mask) - 1));
    }

    private readonly record struct Scope(DomainId? Domain, ulong First, ulong Last)
    {
        public bool Covers(RecordedEvent miss) =>
            (Domain is null || Domain == miss.Domain)
            && First <= (miss.Iova.Value | miss.PageMask) && (miss.Iova.Value & ~miss.PageMask) <= Last;
    }

    private sealed class Nobody : IVtdHost
    {
        public bool Flushed(in Flush invalidation) => true;

        public void SendMessage(GuestPhysical address, uint data)
        {
        }

        public void DescriptorFetched(ulong low, ulong high)
        {
        }

        public void StatusWritten(GuestPhysical address, uint data)
        {
        }
    }
}
