using Akka.Actor;
using Akka.Dispatch;

namespace VIommuActors.Simulation.Internals;

/// <summary>One entry of the virtual scheduler: a message or an action, once or periodically.</summary>
/// <param name="target">An <see cref="ICanTell"/>, an <see cref="Action"/> or an <see cref="IRunnable"/>.</param>
/// <param name="message">What to tell; null for actions.</param>
/// <param name="sender">Sender of the message.</param>
/// <param name="periodNs">Period in virtual nanoseconds, 0 for once.</param>
/// <param name="cancelable">Cancels the entry; may be null.</param>
internal sealed class Scheduled(object target, object? message, IActorRef? sender, long periodNs, ICancelable? cancelable)
{
    private bool _disposed;

    public long PeriodNs { get; } = periodNs;

    public bool IsCancelled => _disposed || cancelable is { IsCancellationRequested: true };

    /// <summary>True for code to run, false for a message to tell.</summary>
    public bool IsCallback => target is not ICanTell;

    /// <summary>Receiver of the message; null for code to run.</summary>
    public IActorRef? Receiver => target as IActorRef;

    public IActorRef? Sender => sender;

    public void Cancel() => _disposed = true;

    public void Fire()
    {
        switch (target)
        {
            case ICanTell receiver:
                receiver.Tell(message!, sender);
                break;
            case Action action:
                action();
                break;
            case IRunnable runnable:
                runnable.Run();
                break;
        }
    }
}
