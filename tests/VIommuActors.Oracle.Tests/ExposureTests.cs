namespace VIommuActors.Oracle.Tests;

public class ExposureTests
{
    private readonly Bench _bench = new();

    [Fact]
    public void Exposure_lasts_from_handing_back_to_the_completed_invalidation()
    {
        var grant = _bench.At(1).Map(0xfffff000, 0x5000);
        _bench.At(5);
        _bench.Oracle.HandedBack(grant);
        _bench.At(12);
        _bench.Oracle.Revoked(grant);
        Assert.Equal(70, _bench.Oracle.ExposureMaxNs);
    }

    [Fact]
    public void A_buffer_taken_back_by_the_device_ends_its_exposure()
    {
        var grant = _bench.Map(0xfffff000, 0x5000);
        _bench.At(5);
        _bench.Oracle.HandedBack(grant);
        _bench.Write(0xfffff000, 0x5000);
        _bench.At(8);
        _bench.Oracle.Reclaimed(grant);
        _bench.Write(0xfffff000, 0x5000);
        _bench.At(90);
        _bench.Oracle.Revoked(grant);
        Assert.Equal((30L, 1L), (_bench.Oracle.ExposureMaxNs, _bench.Oracle.ExposedAccesses));
    }

    [Fact]
    public void The_longest_exposure_counts()
    {
        foreach (var (from, to) in new[] { (1, 4), (10, 19), (20, 22) })
        {
            var grant = _bench.At(from).Map(0xfffff000, 0x5000);
            _bench.Oracle.HandedBack(grant);
            _bench.At(to);
            _bench.Oracle.Revoked(grant);
        }
        Assert.Equal(90, _bench.Oracle.ExposureMaxNs);
    }

    [Fact]
    public void An_access_that_another_mapping_allows_in_full_is_no_exposure()
    {
        var handedBack = _bench.Map(0xfffff000, 0x5000);
        _bench.Oracle.HandedBack(handedBack);
        _bench.Map(0xfffff000, 0x5000);
        _bench.Write(0xfffff000, 0x5000);
        Assert.Equal(0, _bench.Oracle.ExposedAccesses);
    }

    [Fact]
    public void A_strict_guest_is_never_exposed()
    {
        var grant = _bench.At(1).Map(0xfffff000, 0x5000);
        _bench.Write(0xfffff000, 0x5000);
        _bench.Oracle.Withdrawn(grant);
        _bench.Write(0xfffff000, 0x5000);
        _bench.At(50);
        _bench.Oracle.Revoked(grant);
        Assert.Equal((0L, 0L), (_bench.Oracle.ExposureMaxNs, _bench.Oracle.ExposedAccesses));
    }
}
