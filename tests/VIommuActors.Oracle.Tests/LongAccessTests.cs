using VIommuActors.Vtd;

namespace VIommuActors.Oracle.Tests;

public sealed class LongAccessTests
{
    private static readonly SourceId Device = new(0x18);
    private static readonly DomainKey Domain = new(1);

    [Fact]
    public void An_access_that_runs_over_the_end_of_its_mapping_escapes_on_every_further_page()
    {
        var oracle = Mapped(pages: 2);

        oracle.Accessed(0, Device, 1, new Iova(0x1_0800), new GuestPhysical(0x20_0800), bytes: 4 * 4096, isWrite: true);

        // Pages 0 and 1 are mapped, 2, 3 and the half of 4 are not.
        Assert.Equal(3, oracle.Count(Property.Escape));
        Assert.Equal(0, oracle.Count(Property.StaleWrite));
    }

    [Fact]
    public void An_access_over_mapped_pages_whose_frames_do_not_follow_each_other_escapes()
    {
        var oracle = new DmaOracle(new Still());
        oracle.Attached(0, Device, Domain);
        oracle.Granted(Domain, new Iova(0x1_0000), 0xfff, [new GuestPhysical(0x20_0000), new GuestPhysical(0x30_0000)], true, true);

        oracle.Accessed(0, Device, 1, new Iova(0x1_0000), new GuestPhysical(0x20_0000), bytes: 8192, isWrite: false);

        Assert.Equal(1, oracle.Count(Property.Escape));
    }

    [Fact]
    public void An_access_that_ends_with_its_last_page_is_legitimate()
    {
        var oracle = Mapped(pages: 4);

        oracle.Accessed(0, Device, 1, new Iova(0x1_0000), new GuestPhysical(0x20_0000), bytes: 4 * 4096, isWrite: true);

        Assert.All(Properties.All, property => Assert.Equal(0, oracle.Count(property)));
    }

    private static DmaOracle Mapped(int pages)
    {
        var oracle = new DmaOracle(new Still());
        oracle.Attached(0, Device, Domain);
        var frames = Enumerable.Range(0, pages).Select(page => new GuestPhysical(0x20_0000 + ((ulong)page * 4096))).ToArray();
        oracle.Granted(Domain, new Iova(0x1_0000), 0xfff, frames, true, true);
        return oracle;
    }

    private sealed class Still : IRunPosition
    {
        public long Step => 1;

        public long NowNs => 1;
    }
}
