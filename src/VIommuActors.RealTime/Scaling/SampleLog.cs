using System.Collections.Immutable;

namespace VIommuActors.RealTime.Scaling;

/// <summary>Samples at even distances of a run of any length: when there are too many, every other one goes.</summary>
internal sealed class SampleLog
{
    private const int Most = 4096;

    private readonly List<ScaleSample> _samples = [];

    /// <summary>Time between two samples.</summary>
    public TimeSpan Interval { get; private set; }

    /// <summary>No samples yet; reading the counters of thousands of guests takes time of theirs, so it is done less often.</summary>
    public SampleLog(int guests) => Interval = TimeSpan.FromMilliseconds(guests <= 1000 ? 100 : 500);

    /// <summary>The samples in their order.</summary>
    public ImmutableArray<ScaleSample> All => [.. _samples];

    /// <summary>Keeps a sample.</summary>
    public void Add(in ScaleSample sample)
    {
        if (_samples.Count == Most)
        {
            // The first one, at 0, stays.
            var kept = 0;
            for (var i = 0; i < Most; i += 2) _samples[kept++] = _samples[i];
            _samples.RemoveRange(kept, Most - kept);
            Interval *= 2;
        }
        _samples.Add(sample);
    }
}
