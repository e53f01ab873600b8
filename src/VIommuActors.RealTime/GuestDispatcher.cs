using System.Globalization;
using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;
using VIommuActors.Protocols.Messages;

namespace VIommuActors.RealTime;

/// <summary>
/// The threads of one guest: its parties run one after the other on a thread of the pool, for a slice, before another guest has that
/// thread.
/// </summary>
/// <remarks>
/// A guest's tables are some tens of kilobytes. Ten thousand guests that take turns by single messages find none of it in the cache; by
/// slices they bring it there once for hundreds of requests, and what a request allocates is garbage before anything collects it. A slice
/// is counted in runs of mailboxes, less than a millisecond; no clock is asked. A hypervisor's scheduler gives a vCPU more.
/// Which of the parties that are ready runs next is drawn: on cores of their own any may be first, and in the order in which they became
/// ready they would hardly ever race.
/// A guest has more than one thread at a time only where there are twice as many cores as guests, or more.
/// </remarks>
public sealed class GuestDispatcher : MessageDispatcher, IThreadPoolWorkItem
{
    /// <summary>Messages that an actor handles in one run. From 30 on more brings nothing; 5 costs a fifth, 1 half.</summary>
    public const int MessagesOfRun = 30;

    /// <summary>Runs of mailboxes in the longest slice.</summary>
    public const int LongestSlice = 2048;

    private const int ShortestSlice = 256;

    // So many have their turn in some seconds on two cores; where there are more, slices are shorter.
    private const int GuestsOfLongestSlice = 10_000;

    // A vCPU, the unit whose register it reads, and the vCPU again. After so many polls without anything else the others have their turn.
    private const int RunsOfPoll = 3, PollsInVain = 4;

    // One poll in so many runs, while other parties are ready: most would see nothing, and some have to see what the others race with.
    private const int EagerPolls = 8;

    private readonly Lock _gate = new();
    private readonly List<IRunnable> _ready = [];
    private readonly Queue<IRunnable> _polls = new();
    private int _wanted, _threads, _slice, _running, _runsSincePoll, _pollsInVain, _owner;
    private uint _draws;

    private GuestDispatcher(MessageDispatcherConfigurator configurator, string id, int guest)
        : base(configurator)
    {
        Id = id;
        _draws = ((uint)guest * 2654435761u) | 1;
        Throughput = MessagesOfRun;
        ShutdownTimeout = TimeSpan.FromSeconds(1);
    }

    /// <summary>Where a party of this guest lives: on these threads, with a mailbox that knows them.</summary>
    public Deploy Place => Deploy.None.WithDispatcher(Id).WithMailbox(GuestMailbox.Id);

    /// <summary>True for code that runs in this guest's only thread; never true while it may have several.</summary>
    /// <remarks>Not volatile: a thread finds its own number only where it has written it itself, and has not taken it back.</remarks>
    public bool IsOwnThread => _owner == Environment.CurrentManagedThreadId;

    /// <summary>True when a guest that begins now has one thread at a time.</summary>
    public bool IsSingle => _wanted == 1;

    /// <summary>Runs of mailboxes so far. What happens in one of them happens at one time; see <see cref="DirectWires"/>.</summary>
    public long Runs { get; private set; }

    /// <summary>The dispatcher of one guest; made when it is first asked for.</summary>
    /// <param name="system">Where its actors live.</param>
    /// <param name="guest">Its number.</param>
    /// <param name="guests">How many guests share the host from now on, from 1.</param>
    public static GuestDispatcher For(ActorSystem system, int guest, int guests)
    {
        GuestMailbox.AddTo(system);
        var id = string.Create(CultureInfo.InvariantCulture, $"guest-{guest}");
        system.Dispatchers.RegisterConfigurator(id, new Configuration(system, id, guest));
        var dispatcher = (GuestDispatcher)system.Dispatchers.Lookup(id);
        dispatcher.ShareWith(guests);
        return dispatcher;
    }

    /// <summary>Hands a message over in a run of its own: whatever is ready may go first.</summary>
    public void GiveWay(IActorRef target, Message message, IActorRef? sender) => ExecuteTask(new Delivery(target, message, sender));

    /// <summary>
    /// Hands a message back to its party after <paramref name="delayNs"/>. Too short a time for a timer means with what is ready; a
    /// <see cref="Wake"/> then is a poll.
    /// </summary>
    public void After(IActorRef self, long delayNs, Message message)
    {
        if (delayNs >= Timers.ShortestNs) Timers.After(delayNs, () => self.Tell(message, self));
        else if (message is Wake) Poll(self, message);
        else GiveWay(self, message, self);
    }

    /// <summary>
    /// Hands a message over that makes a vCPU look again: seldom while anything else of this guest is ready, and behind other guests
    /// when looking is all that it does.
    /// </summary>
    public void Poll(IActorRef vcpu, Message message) => Enqueue(new Delivery(vcpu, message, vcpu), isPoll: true);

    /// <summary>One slice.</summary>
    public void Execute()
    {
        if (_threads == 1) _owner = Environment.CurrentManagedThreadId;
        for (var left = _slice; left > 0 && Next(out var run); left--)
        {
            if (run is null) return;
            run.Run();
        }
        _owner = 0;
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <inheritdoc/>
    protected override void ExecuteTask(IRunnable run) => Enqueue(run, isPoll: false);

    /// <inheritdoc/>
    protected override void Shutdown()
    {
    }

    private void ShareWith(int guests)
    {
        lock (_gate)
        {
            _wanted = Math.Max(1, Environment.ProcessorCount / guests);
            _slice = (int)Math.Clamp((long)LongestSlice * GuestsOfLongestSlice / guests, ShortestSlice, LongestSlice);
        }
    }

    private void Enqueue(IRunnable run, bool isPoll)
    {
        lock (_gate)
        {
            if (isPoll) _polls.Enqueue(run);
            else _ready.Add(run);
            // While something runs, it may count on being alone.
            if (_running == 0) _threads = _wanted;
            if (_running >= _threads) return;
            _running++;
        }
        // The common queue of the pool: behind all guests that wait.
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>False: the slice is over, though something is left. With null: nothing is left, and the thread is given back.</summary>
    private bool Next(out IRunnable? run)
    {
        lock (_gate)
        {
            Runs++;
            if (_ready.Count > 0 && (_polls.Count == 0 || Draw(EagerPolls) > 0))
            {
                run = Take(Draw(_ready.Count));
                _runsSincePoll++;
                return true;
            }
            run = null;
            if (_polls.Count == 0)
            {
                _owner = 0;
                _running--;
                return true;
            }
            _pollsInVain = _ready.Count == 0 && _runsSincePoll <= RunsOfPoll ? _pollsInVain + 1 : 0;
            _runsSincePoll = 0;
            if (_pollsInVain > PollsInVain)
            {
                _pollsInVain = 0;
                return false;
            }
            run = _polls.Dequeue();
            return true;
        }
    }

    /// <summary>0 to <paramref name="count"/> - 1.</summary>
    private int Draw(int count)
    {
        if (count == 1) return 0;
        // Marsaglia's xorshift, with the first shifts of his paper of 2003.
        _draws ^= _draws << 13;
        _draws ^= _draws >> 17;
        _draws ^= _draws << 5;
        return (int)(((ulong)_draws * (uint)count) >> 32);
    }

    private IRunnable Take(int index)
    {
        var (run, last) = (_ready[index], _ready.Count - 1);
        _ready[index] = _ready[last];
        _ready.RemoveAt(last);
        return run;
    }

    private sealed class Delivery(IActorRef target, Message message, IActorRef? sender) : IRunnable
    {
        public void Run() => target.Tell(message, sender);

        public void Execute() => Run();
    }

    private sealed class Configuration : MessageDispatcherConfigurator
    {
        private readonly GuestDispatcher _made;

        public Configuration(ActorSystem system, string id, int guest)
            : base(Config.Empty, system.Dispatchers.Prerequisites) => _made = new GuestDispatcher(this, id, guest);

        public override MessageDispatcher Dispatcher() => _made;
    }
}
