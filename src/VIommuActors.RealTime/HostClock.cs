using System.Diagnostics;

namespace VIommuActors.RealTime;

/// <summary>
/// Nanoseconds of the host's monotonic clock since this object was made. Of this process alone: hosts' clocks are not compared.
/// </summary>
public sealed class HostClock
{
    private static readonly double NsPerTick = 1e9 / Stopwatch.Frequency;

    private readonly long _began = Stopwatch.GetTimestamp();

    /// <summary>Nanoseconds since then.</summary>
    public long NowNs => (long)((Stopwatch.GetTimestamp() - _began) * NsPerTick);
}
