using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Event;

namespace VIommuActors.RealTime.Scaling;

/// <summary>
/// Akka's scheduler on the timers of the runtime, which end to the millisecond. Akka's own wheel turns in steps of 10 ms at the least,
/// which a guest that waits for its invalidation would see.
/// </summary>
/// <param name="config">The <c>akka.scheduler</c> section; nothing in it is read.</param>
/// <param name="log">Unused.</param>
public sealed class FineScheduler(Config config, ILoggingAdapter log) : SchedulerBase(config, log), IDisposable
{
    private static readonly TimeSpan Never = Timeout.InfiniteTimeSpan, Longest = TimeSpan.FromDays(40);

    private readonly HostClock _clock = new();
    private volatile bool _isStopped;

    /// <inheritdoc/>
    public override TimeSpan MonotonicClock => TimeSpan.FromTicks(_clock.NowNs / TimeSpan.NanosecondsPerTick);

    /// <inheritdoc/>
    public override TimeSpan HighResMonotonicClock => MonotonicClock;

    /// <inheritdoc/>
    protected override DateTimeOffset TimeNow => DateTimeOffset.UtcNow;

    /// <summary>What was to come does not come any more. The system calls it when it ends.</summary>
    public void Dispose() => _isStopped = true;

    /// <inheritdoc/>
    protected override void InternalScheduleTellOnce(
        TimeSpan delay, ICanTell receiver, object message, IActorRef sender, ICancelable cancelable) =>
        _ = new Entry(this, () => receiver.Tell(message, sender), cancelable, delay, Never);

    /// <inheritdoc/>
    protected override void InternalScheduleTellRepeatedly(
        TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef sender, ICancelable cancelable) =>
        _ = new Entry(this, () => receiver.Tell(message, sender), cancelable, initialDelay, interval);

    /// <inheritdoc/>
    protected override void InternalScheduleOnce(TimeSpan delay, Action action, ICancelable cancelable) =>
        _ = new Entry(this, action, cancelable, delay, Never);

    /// <inheritdoc/>
    protected override void InternalScheduleOnce(TimeSpan delay, IRunnable action, ICancelable cancelable) =>
        _ = new Entry(this, action.Run, cancelable, delay, Never);

    /// <inheritdoc/>
    protected override void InternalScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Action action, ICancelable cancelable) =>
        _ = new Entry(this, action, cancelable, initialDelay, interval);

    /// <inheritdoc/>
    protected override void InternalScheduleRepeatedly(
        TimeSpan initialDelay, TimeSpan interval, IRunnable action, ICancelable cancelable) =>
        _ = new Entry(this, action.Run, cancelable, initialDelay, interval);

    /// <summary>The runtime keeps it while its timer runs, because it is that timer's state.</summary>
    private sealed class Entry : IDisposable
    {
        private readonly FineScheduler _owner;
        private readonly Action _action;
        private readonly ICancelable? _cancelable;
        private readonly Timer _timer;
        private readonly bool _repeats;

        public Entry(FineScheduler owner, Action action, ICancelable? cancelable, TimeSpan delay, TimeSpan interval)
        {
            (_owner, _action, _cancelable, _repeats) = (owner, action, cancelable, interval != Never);
            _timer = new Timer(static entry => ((Entry)entry!).Fire(), this, Never, Never);
            _timer.Change(delay < Longest ? delay : Longest, interval);
        }

        public void Dispose() => _timer.Dispose();

        private void Fire()
        {
            var isOver = _owner._isStopped || _cancelable is { IsCancellationRequested: true };
            if (isOver || !_repeats) Dispose();
            if (!isOver) _action();
        }
    }
}
