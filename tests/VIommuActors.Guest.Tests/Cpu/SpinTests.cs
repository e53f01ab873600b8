using CsCheck;
using VIommuActors.Guest.Cpu;

namespace VIommuActors.Guest.Tests.Cpu;

public class SpinTests
{
    [Fact]
    public void The_first_64_looks_are_tight_and_then_the_pause_doubles_every_64()
    {
        var spin = new Spin();
        var pauses = Enumerable.Range(0, 5 * 64).Select(_ => spin.NextPauseNs()).ToList();
        Assert.Equal([0, 1000, 2000, 4000, 8000], pauses.Chunk(64).Select(chunk => Assert.Single(chunk.Distinct())));
    }

    [Fact]
    public void A_look_is_never_later_than_a_64th_of_the_wait_and_a_microsecond() =>
        Gen.Select(Gen.Int[0, 5000], Gen.Long[0, 12_000_000_000]).Sample(
            (lookNs, happensAtNs) =>
            {
                var spin = new Spin();
                var now = 0L;
                // With looks that cost nothing time would stand still for ever only if the pauses did.
                for (now = lookNs; now < happensAtNs; now += lookNs)
                {
                    var pause = spin.NextPauseNs();
                    now += pause;
                    var late = now - happensAtNs;
                    if (late >= 0) Assert.True(late <= (happensAtNs / Spin.Tight) + 1000, $"{late} ns late after {happensAtNs}");
                }
            },
            iter: 2000);

    [Fact]
    public void Ten_seconds_take_less_than_two_thousand_looks()
    {
        var spin = new Spin();
        var looks = 0;
        for (var now = 0L; now < 10_000_000_000; now += spin.NextPauseNs()) looks++;
        Assert.InRange(looks, 1000, 2000);
    }

    [Fact]
    public void However_long_it_takes_a_pause_stays_below_two_seconds()
    {
        var spin = new Spin();
        for (var i = 0; i < 100_000; i++) Assert.InRange(spin.NextPauseNs(), 0, 2_000_000_000);
    }
}
