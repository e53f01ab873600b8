using VIommuActors.Simulation.Internals;

namespace VIommuActors.Simulation;

/// <summary>Virtual time for code written against <see cref="TimeProvider"/>: <c>Task.Delay(delay, provider)</c>, timers, clocks.</summary>
/// <param name="kernel">The kernel whose clock it shows.</param>
public sealed class VirtualTimeProvider(SimKernel kernel) : TimeProvider
{
    /// <summary>Ticks of <see cref="GetTimestamp"/> are nanoseconds.</summary>
    public override long TimestampFrequency => 1_000_000_000;

    /// <summary>Always UTC: a run must not depend on where it runs.</summary>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => VirtualScheduler.Epoch + TimeSpan.FromTicks(kernel.NowNs / 100);

    /// <inheritdoc/>
    public override long GetTimestamp() => kernel.NowNs;

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new VirtualTimer(kernel, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class VirtualTimer(SimKernel kernel, Action fire) : ITimer
    {
        private Scheduled? _pending;
        private bool _disposed;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (_disposed)
            {
                return false;
            }

            _pending?.Cancel();
            _pending = null;
            if (dueTime != Timeout.InfiniteTimeSpan)
            {
                ArgumentOutOfRangeException.ThrowIfLessThan(dueTime, TimeSpan.Zero);
                long periodNs = period > TimeSpan.Zero ? VirtualScheduler.ToNs(period) : 0; // zero or infinite: once
                _pending = new Scheduled(fire, null, null, periodNs, null);
                kernel.Schedule(VirtualScheduler.ToNs(dueTime), _pending);
            }

            return true;
        }

        public void Dispose()
        {
            _disposed = true;
            _pending?.Cancel();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
