using VIommuActors.Guest.Driver;
using VIommuActors.Guest.Policies;
using VIommuActors.Vtd.Translation;

namespace VIommuActors.Guest.Tests.Policies;

public class PolicyTests
{
    private const string Flush1 = "W8 f8 a001000100000000", Flush2 = "W8 f8 a001000200000000";

    private readonly Bench _bench = new();
    private readonly IommuDriver _driver;

    public PolicyTests() => _driver = _bench.Started();

    [Fact]
    public void Strict_clears_flushes_and_only_then_forgets()
    {
        var policy = new StrictPolicy(_driver);
        var mapping = Map(policy, _bench.Buffer(1));
        Assert.True(_bench.Translate(0xfffff000).Ok);
        _bench.Journal.Clear();
        Bench.Run(policy.Unmap(_bench.Cpu, mapping));
        Assert.Equal(
            ["withdrawn 0xfffff000", "W8 f0 fffff000", "W8 f8 b001000100000000", "R8 f8", "invalidated after 4500", "revoked 0xfffff000"],
            _bench.TakeJournal());
        Assert.False(_bench.Translate(0xfffff000).Ok);
        Bench.Run(policy.Finish(_bench.Cpu));
        Assert.Empty(_bench.Journal);
        Assert.Equal(mapping.Iova, Map(policy, _bench.Buffer(1)).Iova);
    }

    [Fact]
    public void Deferred_gives_the_buffer_back_at_once_and_keeps_its_address()
    {
        var policy = new DeferredPolicy(_driver, 255, 10_000_000);
        var mapping = Map(policy, _bench.Buffer(1));
        Assert.True(_bench.Translate(0xfffff000).Ok);
        _bench.Journal.Clear();
        Bench.Run(policy.Unmap(_bench.Cpu, mapping));
        Assert.Equal(["withdrawn 0xfffff000", "handed back 0xfffff000"], _bench.TakeJournal());
        Assert.True(_bench.Translate(0xfffff000).Ok); // through the IOTLB
        Assert.Equal(0xffffe000, Map(policy, _bench.Buffer(1)).Iova.Value);
        Assert.Single(_bench.TakeJournal());
        Bench.Run(policy.Finish(_bench.Cpu));
        Assert.Equal([Flush1, "R8 f8", "invalidated after 3000", "revoked 0xfffff000"], _bench.TakeJournal());
        Assert.False(_bench.Translate(0xfffff000).Ok);
        Assert.Equal(mapping.Iova, Map(policy, _bench.Buffer(1)).Iova);
    }

    [Fact]
    public void Deferred_flushes_when_its_ring_of_255_is_full()
    {
        var policy = new DeferredPolicy(_driver, 255, long.MaxValue);
        for (var i = 0; i < 254; i++) Bench.Run(policy.Unmap(_bench.Cpu, Map(policy, _bench.Buffer(1))));
        Assert.DoesNotContain(_bench.Journal, act => act[0] is 'W' or 'R');
        Bench.Run(policy.Unmap(_bench.Cpu, Map(policy, _bench.Buffer(1))));
        Assert.Single(_bench.Journal, act => act == Flush1);
        Assert.Equal(255, _bench.TakeJournal().Only("revoked").Count());
        Bench.Run(policy.Unmap(_bench.Cpu, Map(policy, _bench.Buffer(1))));
        Assert.DoesNotContain(Flush1, _bench.Journal);
    }

    [Fact]
    public void Deferred_flushes_once_its_oldest_entry_is_due()
    {
        var policy = new DeferredPolicy(_driver, 255, 10_000_000);
        Bench.Run(policy.Unmap(_bench.Cpu, Map(policy, _bench.Buffer(1))));
        _bench.Clock.NowNs += 9_999_999;
        Bench.Run(policy.Unmap(_bench.Cpu, Map(policy, _bench.Buffer(1))));
        Assert.DoesNotContain(Flush1, _bench.Journal);
        _bench.Clock.NowNs += 1;
        _bench.Journal.Clear();
        Map(policy, _bench.Buffer(1));
        Assert.Equal(
            [Flush1, "R8 f8", "invalidated after 3000", "revoked 0xfffff000", "revoked 0xffffe000"],
            _bench.Journal.SkipLast(1));
        Assert.Equal(10_000_000 + 3000, _bench.Oracle.ExposureMaxNs);
    }

    [Fact]
    public void Deferred_flushes_each_domain_once_and_before_it_forgets_any()
    {
        var policy = new DeferredPolicy(_driver, 255, long.MaxValue);
        foreach (var domain in new[] { 1, 0, 1 }) Bench.Run(policy.Unmap(_bench.Cpu, Map(policy, _bench.Buffer(1), domain)));
        _bench.Journal.Clear();
        Bench.Run(policy.Finish(_bench.Cpu));
        Assert.Equal(
            [
                Flush1, "R8 f8", "invalidated after 3000", Flush2, "R8 f8", "invalidated after 3000",
                "revoked 0xfffff000", "revoked 0xfffff000", "revoked 0xffffe000",
            ],
            _bench.Journal);
        _bench.Journal.Clear();
        Bench.Run(policy.Finish(_bench.Cpu));
        Assert.Empty(_bench.Journal);
    }

    [Fact]
    public void Optimistic_unmapping_and_mapping_again_touches_nothing()
    {
        var policy = new OptimisticPolicy(_driver, 8, 5_000_000);
        var buffer = _bench.Buffer(1);
        var mapping = Map(policy, buffer);
        _bench.Journal.Clear();
        Bench.Run(policy.Unmap(_bench.Cpu, mapping));
        Assert.True(_bench.Translate(0xfffff000).Ok); // even with a cold IOTLB: the entry is still there
        Assert.Same(mapping, Map(policy, buffer));
        Assert.Equal(["handed back 0xfffff000", "reclaimed 0xfffff000"], _bench.Journal);
        Assert.Equal(1, policy.Hits);
    }

    [Fact]
    public void Optimistic_takes_no_mapping_of_another_buffer_domain_or_direction()
    {
        var policy = new OptimisticPolicy(_driver, 8, 5_000_000);
        var buffer = _bench.Buffer(1);
        var mapping = Map(policy, buffer, writable: false);
        Bench.Run(policy.Unmap(_bench.Cpu, mapping));
        Assert.NotSame(mapping, Map(policy, buffer, writable: true));
        Assert.NotSame(mapping, Map(policy, buffer, domain: 1, writable: false));
        Assert.NotSame(mapping, Map(policy, _bench.Buffer(1), writable: false));
        Assert.Equal(0, policy.Hits);
        Assert.Same(mapping, Map(policy, buffer, writable: false));
    }

    [Fact]
    public void Optimistic_tears_down_the_oldest_beyond_its_quota()
    {
        var policy = new OptimisticPolicy(_driver, 2, long.MaxValue);
        var mappings = Enumerable.Range(0, 3).Select(_ => Map(policy, _bench.Buffer(1))).ToList();
        Bench.Run(policy.Unmap(_bench.Cpu, mappings[1]));
        Bench.Run(policy.Unmap(_bench.Cpu, mappings[0]));
        _bench.Journal.Clear();
        Bench.Run(policy.Unmap(_bench.Cpu, mappings[2]));
        Assert.Equal(
            [
                "handed back 0xffffd000",
                "withdrawn 0xffffe000", "W8 f0 ffffe000", "W8 f8 b001000100000000", "R8 f8", "invalidated after 4500", "revoked 0xffffe000",
            ],
            _bench.Journal);
    }

    [Fact]
    public void Optimistic_tears_down_what_was_kept_too_long()
    {
        var policy = new OptimisticPolicy(_driver, 8, 5_000_000);
        var buffer = _bench.Buffer(1);
        Bench.Run(policy.Unmap(_bench.Cpu, Map(policy, buffer)));
        _bench.Clock.NowNs += 5_000_000;
        _bench.Journal.Clear();
        Map(policy, buffer);
        Assert.Equal(["withdrawn 0xfffff000", "W8 f0 fffff000"], _bench.Journal.Take(2));
        Assert.Equal((0L, 5_004_500L), (policy.Hits, _bench.Oracle.ExposureMaxNs));
    }

    [Fact]
    public void Optimistic_leaves_nothing_behind_at_the_end()
    {
        var policy = new OptimisticPolicy(_driver, 8, long.MaxValue);
        var mappings = Enumerable.Range(0, 3).Select(_ => Map(policy, _bench.Buffer(1))).ToList();
        foreach (var mapping in mappings) Bench.Run(policy.Unmap(_bench.Cpu, mapping));
        Bench.Run(policy.Finish(_bench.Cpu));
        Assert.Equal(3, _bench.Journal.Only("revoked").Count());
        Assert.All(mappings, mapping => Assert.False(_bench.Translate(mapping.Iova.Value).Ok));
    }

    [Fact]
    public void A_shadow_copy_never_lets_a_device_reach_the_owners_page()
    {
        _bench.Platform = _bench.Platform with { CopyPerPageNs = 400 };
        var driver = new IommuDriver(_bench.Platform, _bench.Heap, _bench.Ram);
        Bench.Run(driver.Start(_bench.Cpu));
        _bench.Journal.Clear();
        var shadows = new List<GuestBuffer>();
        var policy = new ShadowCopyPolicy(driver, buffer =>
        {
            shadows.Add(_bench.Buffer(buffer.Pages.Length));
            return shadows[^1];
        });
        var owned = _bench.Buffer(2);
        var mapping = Map(policy, owned);
        Assert.Same(Assert.Single(shadows), mapping.Buffer);
        Assert.Equal(["pause 800", $"granted 0xffffe000 {string.Join(',', shadows[0].Pages)} rw"], _bench.TakeJournal());
        Assert.Equal(shadows[0].Pages[1], _bench.Translate(0xfffff000).Address);

        // Back and out again: two copies, no paging entry, no register.
        Bench.Run(policy.Unmap(_bench.Cpu, mapping));
        Assert.Same(mapping, Map(policy, _bench.Buffer(2)));
        Assert.Equal(["pause 800", "pause 800"], _bench.TakeJournal());

        // Another length, domain, direction, or one more at a time: a shadow of its own.
        Map(policy, _bench.Buffer(2));
        Map(policy, _bench.Buffer(2), domain: 1);
        Map(policy, _bench.Buffer(2), writable: false);
        Map(policy, _bench.Buffer(1));
        Assert.Equal(5, shadows.Count);
        Assert.DoesNotContain(_bench.Journal, act => act.Contains(owned.Pages[0].ToString(), StringComparison.Ordinal));
        _bench.Journal.Clear();
        Bench.Run(policy.Finish(_bench.Cpu));
        Assert.Equal(5, _bench.Journal.Only("revoked").Count());
        Assert.False(_bench.Translate(0xfffff000).Ok);
    }

    [Theory]
    [InlineData("strict")]
    [InlineData("deferred")]
    [InlineData("optimistic")]
    public void Under_every_policy_an_access_after_the_completed_invalidation_faults(string name)
    {
        IMappingPolicy policy = name switch
        {
            "strict" => new StrictPolicy(_driver),
            "deferred" => new DeferredPolicy(_driver, 3, long.MaxValue),
            _ => new OptimisticPolicy(_driver, 3, long.MaxValue),
        };
        var live = new HashSet<ulong>();
        for (var i = 0; i < 40; i++)
        {
            var buffer = _bench.Buffer(1 + (i % 3));
            var mapping = Map(policy, buffer);
            Assert.True(_bench.Translate(mapping.Iova.Value, Permission.Write).Ok);
            Bench.Run(policy.Unmap(_bench.Cpu, mapping));
            foreach (var act in _bench.TakeJournal())
            {
                if (act.StartsWith("granted", StringComparison.Ordinal)) live.Add(Iova(act));
                if (!act.StartsWith("revoked", StringComparison.Ordinal)) continue;
                live.Remove(Iova(act));
                if (!live.Contains(Iova(act))) Assert.False(_bench.Translate(Iova(act)).Ok);
            }
        }
        Bench.Run(policy.Finish(_bench.Cpu));
        Assert.Equal(40, _bench.Journal.Only("revoked").Count() + (40 - live.Count));
        Assert.All(live, iova => Assert.False(_bench.Translate(iova).Ok));

        static ulong Iova(string act) => Convert.ToUInt64(act.Split(' ')[1][2..], 16);
    }

    private Mapping Map(IMappingPolicy policy, GuestBuffer buffer, int domain = 0, bool writable = true) =>
        Bench.Run(policy.Map(_bench.Cpu, domain, buffer, writable));
}
