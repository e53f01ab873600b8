using CsCheck;
using VIommuActors.Guest.Cpu;
using VIommuActors.Guest.Driver;
using VIommuActors.Vtd;

namespace VIommuActors.Guest.Tests.Driver;

public class AllocatorTests
{
    private readonly IovaSpace _space = new();

    [Fact]
    public void Addresses_come_from_below_4_GiB_downwards()
    {
        Assert.Equal([0xfffff000UL, 0xffffe000, 0xffffd000], Enumerable.Range(0, 3).Select(_ => _space.Take(4096).Value));
    }

    [Theory]
    [InlineData(1, 0xfffff000)]
    [InlineData(0x1000, 0xfffff000)]
    [InlineData(0x1001, 0xffffe000)]
    [InlineData(0x3000, 0xffffc000)]
    [InlineData(0x200000, 0xffe00000)]
    public void Sizes_are_rounded_up_to_powers_of_two_and_aligned_to_them(ulong bytes, ulong iova) =>
        Assert.Equal(iova, _space.Take(bytes).Value);

    [Fact]
    public void A_range_behind_a_smaller_one_is_aligned_to_its_own_size()
    {
        _space.Take(0x1000);
        Assert.Equal(0xffff8000, _space.Take(0x4000).Value);
        Assert.Equal(0xffff7000, _space.Take(0x1000).Value);
    }

    [Fact]
    public void What_was_freed_last_is_given_out_first()
    {
        var (a, b) = (_space.Take(0x3000), _space.Take(0x4000));
        _space.Return(a, 0x3000);
        _space.Return(b, 0x4000);
        Assert.Equal([b, a, new Iova(0xffff4000)], Enumerable.Range(0, 3).Select(_ => _space.Take(0x3fff)));
    }

    [Fact]
    public void A_range_of_another_size_is_not_reused()
    {
        _space.Return(_space.Take(0x1000), 0x1000);
        Assert.Equal(0xffff8000, _space.Take(0x4000).Value);
    }

    [Fact]
    public void A_large_range_steps_over_the_interrupt_range()
    {
        Assert.Equal(0x80000000UL, _space.Take(1UL << 30).Value);
        Assert.Equal(0x40000000UL, _space.Take(1UL << 30).Value);
        Assert.Throws<GuestPanicException>(() => _space.Take(1UL << 30));
    }

    [Theory]
    [InlineData(1UL << 31)]
    [InlineData(1UL << 32)]
    [InlineData(1UL << 33)]
    public void A_range_that_cannot_fit_is_refused_and_takes_nothing(ulong bytes)
    {
        Assert.Throws<GuestPanicException>(() => _space.Take(bytes));
        Assert.Equal(0xfffff000, _space.Take(4096).Value);
    }

    [Fact]
    public void The_space_ends_and_a_returned_range_opens_it_again()
    {
        var last = default(Iova);
        Action takeAll = () =>
        {
            while (true) last = _space.Take(1UL << 20);
        };
        var error = Assert.Throws<GuestPanicException>(takeAll);
        Assert.Equal(0x100000UL, last.Value);
        Assert.Contains("below 4 GiB", error.Message, StringComparison.Ordinal);
        _space.Return(last, 1UL << 20);
        Assert.Equal(last, _space.Take(1UL << 20));
    }

    [Fact]
    public void Ranges_in_use_never_overlap_each_other_nor_the_interrupt_range() =>
        Gen.Select(Gen.Bool, Gen.Int[0, 1000], Gen.ULong[1, 1UL << 22]).Array[1, 200].Sample(
            acts =>
            {
                var space = new IovaSpace();
                var used = new List<(ulong From, ulong To, ulong Bytes)>();
                foreach (var (give, which, bytes) in acts)
                {
                    if (give && used.Count > 0)
                    {
                        var (from, _, old) = used[which % used.Count];
                        used.RemoveAt(which % used.Count);
                        space.Return(new Iova(from), old);
                        continue;
                    }
                    var taken = space.Take(bytes).Value;
                    Assert.True(taken + bytes <= 1UL << 32);
                    Assert.True(taken + bytes <= 0xfee00000 || taken >= 0xfef00000, $"{taken:x} + {bytes:x}");
                    Assert.DoesNotContain(used, range => taken < range.To && range.From < taken + bytes);
                    used.Add((taken, taken + bytes, bytes));
                }
            },
            iter: 300);

    [Fact]
    public void Frames_are_aligned_to_their_size_and_reused_last_in_first_out()
    {
        var heap = new GuestHeap(0x1000, 0x800000);
        var (a, large, b) = (heap.Take(), heap.Take(0x200000), heap.Take());
        Assert.Equal([0x1000UL, 0x200000, 0x400000], new[] { a.Value, large.Value, b.Value });
        heap.Return(a);
        heap.Return(b);
        heap.Return(large, 0x200000);
        Assert.Equal([b, a, new GuestPhysical(0x401000)], Enumerable.Range(0, 3).Select(_ => heap.Take()));
        Assert.Equal(large, heap.Take(0x200000));
    }

    [Fact]
    public void A_heap_that_is_used_up_stops_the_guest_at_its_last_whole_block()
    {
        var heap = new GuestHeap(0x1000, 0x3800);
        Assert.Equal([0x1000UL, 0x2000], Enumerable.Range(0, 2).Select(_ => heap.Take().Value));
        Assert.Contains("out of memory", Assert.Throws<GuestPanicException>(() => heap.Take()).Message, StringComparison.Ordinal);
        heap.Return(new GuestPhysical(0x1000));
        Assert.Equal(0x1000UL, heap.Take().Value);
    }
}
