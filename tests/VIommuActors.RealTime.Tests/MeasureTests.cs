using HdrHistogram;
using Akka.Actor;
using VIommuActors.Protocols.Messages;
using VIommuActors.RealTime.Scaling;

namespace VIommuActors.RealTime.Tests;

public sealed class MeasureTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Latencies_of_many_threads_are_all_counted(bool busy)
    {
        var latencies = new Latencies(busy: busy);

        Parallel.For(0, 10_000, i => latencies.Record(i));

        var all = latencies.Snapshot();
        Assert.Equal((10_000L, 10_000L), (latencies.Count, all.TotalCount));
        Assert.InRange(all.GetValueAtPercentile(50), 4_990, 5_010);
    }

    [Fact]
    public void Latencies_beyond_an_hour_count_as_an_hour()
    {
        var latencies = new Latencies();
        latencies.Record(long.MaxValue);
        latencies.Record(-5);

        Assert.InRange(latencies.Snapshot().GetMaxValue(), Latencies.LongestNs * 0.99, Latencies.LongestNs * 1.01);
    }

    [Fact]
    public void Messages_of_many_threads_are_all_counted()
    {
        var record = new GuestRecord(1, new Latencies(), () => { });

        // A party is on one thread at a time.
        Parallel.For(-1, 20, party =>
        {
            for (var i = 0; i < 1000; i++) record.Count(new DmaCompleted(new NodeId(party), i, false));
        });

        Assert.Equal(21_000, record.Messages);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Requests_are_counted_at_once_and_their_latencies_when_the_last_vcpu_has_ended(bool ownThread)
    {
        const int requests = (2 * GuestRecord.LatenciesAtOnce) + 3;
        var (latencies, ended) = (new Latencies(), 0L);
        GuestRecord record = new(1, latencies, () => ended = latencies.Count, ownThread);

        for (var i = 1; i <= requests; i++) record.Served(i);
        var (served, recorded) = (record.Requests, latencies.Count);
        record.Ended(0, 0, null);

        Assert.Equal((requests, ownThread ? requests - 3 : requests), (served, recorded));
        Assert.Equal((requests, requests), (ended, latencies.Count));
        Assert.InRange(latencies.Snapshot().GetMaxValue(), requests, requests + 1);
    }

    [Fact]
    public void A_sample_log_of_a_long_run_halves_itself_and_keeps_the_first_sample()
    {
        var log = new SampleLog(1);
        var interval = log.Interval;
        for (var i = 0; i <= 4096; i++) log.Add(new ScaleSample(i, i, i, i));

        Assert.Equal(2049, log.All.Length);
        Assert.Equal((0L, 4096L), (log.All[0].AtNs, log.All[^1].AtNs));
        Assert.Equal(interval * 2, log.Interval);
    }
}
