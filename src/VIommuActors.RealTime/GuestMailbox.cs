using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Dispatch.MessageQueues;
using VIommuActors.Actors.Wiring;
using VIommuActors.Protocols.Messages;

namespace VIommuActors.RealTime;

/// <summary>
/// Mailboxes of a guest's parties. Almost all that they get comes from each other, on the one thread that all of them share, and needs
/// no order between threads.
/// </summary>
/// <param name="settings">The system's.</param>
/// <param name="config">That of the mailbox.</param>
public sealed class GuestMailbox(Settings settings, Config config) : MailboxType(settings, config), IProducesMessageQueue<GuestQueue>
{
    /// <summary>Its path in the configuration.</summary>
    public const string Id = "viommu.guest-mailbox";

    private static readonly Config Reference = ConfigurationFactory.ParseString(
        $"{Id}.mailbox-type = \"{typeof(GuestMailbox).FullName}, {typeof(GuestMailbox).Assembly.GetName().Name}\"");

    /// <summary>Puts it below the configuration of a system that does not have it.</summary>
    public static void AddTo(ActorSystem system)
    {
        if (!system.Settings.Config.HasPath(Id)) system.Settings.InjectTopLevelFallback(Reference);
    }

    /// <inheritdoc/>
    public override IMessageQueue Create(IActorRef owner, ActorSystem system) => new GuestQueue(
        owner is ActorRefWithCell { Underlying: ActorCell { Dispatcher: GuestDispatcher threads } }
            ? threads
            : throw new ArgumentException($"{owner.Path} has a guest's mailbox and is no child on a guest's dispatcher."));
}

/// <summary>
/// Messages from a guest's own thread in a ring that no other thread touches; those from outside in a queue for many threads, which has
/// its turn at the beginning of every run. An actor is inside or outside for good, so its messages keep their order; one that a timer sends
/// on its behalf comes from outside, and has no order that it could keep.
/// </summary>
public sealed class GuestQueue(GuestDispatcher threads) : IMessageQueue, IUnboundedMessageQueueSemantics, ITurn
{
    private Envelope[] _ring = new Envelope[4];
    private int _first, _count, _taken;
    private long _run;
    private ConcurrentQueue<Envelope>? _outside;

    /// <inheritdoc/>
    public bool HasMessages => _count > 0 || _outside is { IsEmpty: false };

    /// <inheritdoc/>
    public int Count => _count + (_outside?.Count ?? 0);

    /// <inheritdoc/>
    public void Enqueue(IActorRef receiver, Envelope envelope)
    {
        if (!threads.IsOwnThread)
        {
            LazyInitializer.EnsureInitialized(ref _outside, static () => new ConcurrentQueue<Envelope>()).Enqueue(envelope);
            return;
        }
        if (_count == _ring.Length) Grow();
        _ring[(_first + _count++) & (_ring.Length - 1)] = envelope;
    }

    /// <inheritdoc/>
    public bool TryDequeue(out Envelope envelope)
    {
        if (IsTurnOver())
        {
            envelope = default;
            return false;
        }
        return TryTake(out envelope);
    }

    /// <inheritdoc/>
    public bool TryNext([NotNullWhen(true)] out Message? message)
    {
        message = null;
        if (_count == 0 || _ring[_first].Message is not Message next || IsTurnOver()) return false;
        message = next;
        Drop();
        return true;
    }

    /// <inheritdoc/>
    public void CleanUp(IActorRef owner, IMessageQueue deadletters)
    {
        while (TryTake(out var envelope)) deadletters.Enqueue(owner, envelope);
    }

    private bool IsTurnOver()
    {
        if (_run != threads.Runs) (_run, _taken) = (threads.Runs, 0);
        return ++_taken > GuestDispatcher.MessagesOfRun;
    }

    private bool TryTake(out Envelope envelope)
    {
        if (_outside is { } outside && (_count == 0 || _taken == 1) && outside.TryDequeue(out envelope)) return true;
        if (_count == 0)
        {
            envelope = default;
            return false;
        }
        envelope = _ring[_first];
        Drop();
        return true;
    }

    private void Drop()
    {
        _ring[_first] = default;
        _first = (_first + 1) & (_ring.Length - 1);
        _count--;
    }

    private void Grow()
    {
        var larger = new Envelope[_ring.Length * 2];
        for (var i = 0; i < _count; i++) larger[i] = _ring[(_first + i) & (_ring.Length - 1)];
        (_ring, _first) = (larger, 0);
    }
}
