using CsCheck;
using VIommuActors.Vtd;

namespace VIommuActors.Oracle.Tests;

public class HistoryPropertyTests
{
    // One act: what, which (an earlier grant or a device), where, which frame, which size, which rights.
    private static readonly Gen<(int What, int Which, int Where, int Frame, int Size, int Rights)[]> Acts =
        Gen.Select(Gen.Int[0, 11], Gen.Int[0, 7], Gen.Int[0, 7], Gen.Int[0, 7], Gen.Int[0, 3], Gen.Int[1, 3]).Array[1, 60];

    [Fact]
    public void Every_verdict_agrees_with_a_model_that_forgets_nothing()
    {
        var outcomes = new Dictionary<string, int>();
        Acts.Sample(
            acts =>
            {
                var bench = new Bench();
                var history = new History();
                foreach (var act in acts)
                {
                    var expected = Play(bench, history, act);
                    if (expected is null) continue;
                    var before = history.Violations;
                    if (expected is not ("fine" or "exposed")) history.Violations++;
                    if (expected == "exposed") history.Exposed++;
                    var actual = bench.Oracle.Violations.Count == before ? "fine" : Properties.NameOf(bench.Oracle.Violations[^1].Property);
                    Assert.Equal(expected == "exposed" ? "fine" : expected, actual);
                    Assert.Equal(history.Exposed, bench.Oracle.ExposedAccesses);
                    lock (outcomes) outcomes[expected] = outcomes.GetValueOrDefault(expected) + 1;
                }
                Assert.Equal(history.Violations, bench.Oracle.Violations.Count);
            },
            iter: 20_000);

        // The property says something only where every outcome occurs.
        foreach (var outcome in new[] { "fine", "exposed", "stale-write", "stale-read", "escape" })
            Assert.True(outcomes.GetValueOrDefault(outcome) > 100, $"{outcome}: {outcomes.GetValueOrDefault(outcome)}");
    }

    /// <summary>Acts on both; for an access, what the model says of it.</summary>
    private static string? Play(Bench bench, History history, (int What, int Which, int Where, int Frame, int Size, int Rights) act)
    {
        bench.At(bench.Step + 1);
        var grants = history.Grants;
        switch (act.What)
        {
            case <= 2:
                // Three small pages to one large one; the large ones overlap all small ones of their half.
                var mask = act.Size == 0 ? Bench.Large : Bench.Page;
                var iova = At(0x80000000, act.Where) & ~mask;
                var frames = Enumerable.Range(act.Frame, act.Size == 2 ? 2 : 1)
                    .Select(frame => At(0x40000000, frame & 7) & ~mask).ToArray();
                var domain = (act.Which & 1) == 0 ? Bench.Domain : Bench.OtherDomain;
                var (reads, writes) = ((act.Rights & 1) != 0, (act.Rights & 2) != 0);
                grants.Add(new Past(bench.Map(iova, frames, mask, writes, reads, domain), domain, iova, mask, frames, reads, writes));
                return null;
            case 3 when grants.Count > 0:
                bench.Oracle.Withdrawn(Pick().Grant);
                return null;
            case 4 or 5 when grants.Count > 0:
                bench.Revoke(Pick().Grant);
                Pick().Revoked = true;
                return null;
            case 6 when grants.Count > 0:
                if (!Pick().Revoked) bench.Oracle.HandedBack(Pick().Grant);
                Pick().HandedBack = true;
                return null;
            case 7 when grants.Count > 0:
                bench.Oracle.Reclaimed(Pick().Grant);
                Pick().HandedBack = false;
                return null;
            case > 7:
                var source = (act.Which & 1) == 0 ? Bench.Device : Bench.OtherDevice;
                var offset = (ulong)(act.Size * 0x40);
                var (from, to) = (At(0x80000000, act.Where) + offset, At(0x40000000, act.Frame) + offset);
                if ((act.Rights & 1) == 0) bench.Write(from, to, source);
                else bench.Read(from, to, source);
                return history.Verdict((act.Which & 1) == 0 ? Bench.Domain : Bench.OtherDomain, from, to, (act.Rights & 1) == 0);
            default:
                return null;
        }

        Past Pick() => grants[^(1 + (act.Which % grants.Count))];
    }

    // Eight pages: four at the start of each of two large pages.
    private static ulong At(ulong from, int page) => from + ((ulong)(page >> 2) << 21) + ((ulong)(page & 3) << 12);

    private sealed class History
    {
        public List<Past> Grants { get; } = [];

        public int Violations { get; set; }

        public int Exposed { get; set; }

        public string Verdict(DomainKey domain, ulong iova, ulong address, bool write)
        {
            var allowed = Grants.Where(grant => grant.Domain == domain && (write ? grant.Writes : grant.Reads)).ToList();
            var live = allowed.Where(grant => !grant.Revoked && grant.Translate(iova) == address).ToList();
            if (live.Count > 0) return live.TrueForAll(grant => grant.HandedBack) ? "exposed" : "fine";
            var stale = allowed.Exists(grant =>
                grant.Revoked && grant.Frames.Any(frame => frame <= address && address <= frame + grant.Mask));
            return stale ? write ? "stale-write" : "stale-read" : "escape";
        }
    }

    private sealed record Past(Grant Grant, DomainKey Domain, ulong Iova, ulong Mask, ulong[] Frames, bool Reads, bool Writes)
    {
        public bool Revoked { get; set; }

        public bool HandedBack { get; set; }

        public ulong? Translate(ulong iova)
        {
            if (iova < Iova || iova > Iova + ((ulong)Frames.Length * (Mask + 1)) - 1) return null;
            var offset = iova - Iova;
            return Frames[(int)(offset / (Mask + 1))] + (offset & Mask);
        }
    }
}
