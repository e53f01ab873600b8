using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Event;
using VIommuActors.Simulation.Internals;

namespace VIommuActors.Simulation;

/// <summary>Akka's scheduler in virtual time: timers, receive timeouts, scheduled tells and actions, cancelables.</summary>
/// <remarks>
/// Built by Akka from the configuration; owns the kernel, because it is the first configured part of an actor system. It does not
/// implement <see cref="IDateTimeOffsetNowTimeProvider"/>: Akka would then cancel by the wall clock.
/// Delays have the 100 ns resolution of <see cref="TimeSpan"/>; finer ones use <see cref="SimKernel.DeliverAt"/>.
/// </remarks>
/// <param name="config">The <c>akka.scheduler</c> section; nothing in it is read.</param>
/// <param name="log">Unused: a simulated system has no loggers.</param>
public sealed class VirtualScheduler(Config config, ILoggingAdapter log) : SchedulerBase(config, log)
{
    /// <summary>The wall-clock instant that virtual time 0 stands for.</summary>
    public static DateTimeOffset Epoch { get; } = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The kernel of this actor system.</summary>
    public SimKernel Kernel { get; } = new();

    /// <inheritdoc/>
    public override TimeSpan MonotonicClock => TimeSpan.FromTicks(Kernel.NowNs / 100);

    /// <inheritdoc/>
    public override TimeSpan HighResMonotonicClock => MonotonicClock;

    /// <inheritdoc/>
    protected override DateTimeOffset TimeNow => Epoch + MonotonicClock;

    /// <summary>A delay in virtual nanoseconds; more than 292 years means never.</summary>
    internal static long ToNs(TimeSpan delay) => delay.Ticks > long.MaxValue / 100 ? long.MaxValue : delay.Ticks * 100;

    /// <inheritdoc/>
    protected override void InternalScheduleTellOnce(
        TimeSpan delay, ICanTell receiver, object message, IActorRef sender, ICancelable cancelable) =>
        Add(delay, new Scheduled(receiver, message, sender, 0, cancelable));

    /// <inheritdoc/>
    protected override void InternalScheduleTellRepeatedly(
        TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef sender, ICancelable cancelable) =>
        Add(initialDelay, new Scheduled(receiver, message, sender, ToNs(interval), cancelable));

    /// <inheritdoc/>
    protected override void InternalScheduleOnce(TimeSpan delay, Action action, ICancelable cancelable) =>
        Add(delay, new Scheduled(action, null, null, 0, cancelable));

    /// <inheritdoc/>
    protected override void InternalScheduleOnce(TimeSpan delay, IRunnable action, ICancelable cancelable) =>
        Add(delay, new Scheduled(action, null, null, 0, cancelable));

    /// <inheritdoc/>
    protected override void InternalScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Action action, ICancelable cancelable) =>
        Add(initialDelay, new Scheduled(action, null, null, ToNs(interval), cancelable));

    /// <inheritdoc/>
    protected override void InternalScheduleRepeatedly(
        TimeSpan initialDelay, TimeSpan interval, IRunnable action, ICancelable cancelable) =>
        Add(initialDelay, new Scheduled(action, null, null, ToNs(interval), cancelable));

    private void Add(TimeSpan delay, Scheduled entry)
    {
        if (!entry.IsCancelled)
        {
            Kernel.Schedule(ToNs(delay), entry);
        }
    }
}
