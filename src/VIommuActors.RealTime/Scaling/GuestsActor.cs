using System.Globalization;
using Akka.Actor;

namespace VIommuActors.RealTime.Scaling;

/// <summary>
/// Parent of all guests, <c>/user/guests</c>. It starts them a few at a time: each new one waits until an earlier one has booted, so that
/// ten thousand do not boot at once and time out on each other.
/// </summary>
internal sealed class GuestsActor(RunState state) : UntypedActor
{
    // A guest that boots is a chain of calls and answers: some of them together keep every core busy.
    private static readonly int AtOnce = Math.Max(16, 8 * Environment.ProcessorCount);

    private int _total = state.Guests.Length;
    private int _started, _ready, _ended;

    /// <summary>What a run tells the parent of its guests.</summary>
    public enum Order
    {
        /// <summary>Let the work of every guest begin.</summary>
        Begin,

        /// <summary>Start no more guests.</summary>
        NoMore,
    }

    /// <inheritdoc/>
    protected override void PreStart() => StartMore();

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case GuestActor.Note.Ready:
                _ready++;
                state.CountReady();
                StartMore();
                break;
            case GuestActor.Note.Ended:
                _ended++;
                state.CountEnded();
                if (_ended >= _total) state.AllEnded();
                break;
            case Order.Begin:
                foreach (var guest in Context.GetChildren()) guest.Tell(GuestActor.Note.Begin);
                break;
            case Order.NoMore:
                _total = _started;
                StartMore();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    /// <inheritdoc/>
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Stop);

    private void StartMore()
    {
        var booting = _started - _ready;
        for (; _started < _total && booting < AtOnce; _started++, booting++)
        {
            var number = _started;
            var threads = GuestDispatcher.For(Context.System, number, state.Guests.Length);
            var props = Props.CreateBy(new Producer(number, state, threads)).WithDispatcher(threads.Id);
            Context.ActorOf(props, string.Create(CultureInfo.InvariantCulture, $"g{number}"));
        }
        if (_ready >= _total) state.AllReady();
        if (_ended >= _total) state.AllEnded();
    }

    private sealed class Producer(int number, RunState state, GuestDispatcher threads) : IIndirectActorProducer
    {
        public Type ActorType => typeof(GuestActor);

        public ActorBase Produce() => new GuestActor(number, state, threads);

        public void Release(ActorBase actor)
        {
        }
    }
}
