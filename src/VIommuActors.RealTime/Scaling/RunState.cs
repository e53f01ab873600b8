namespace VIommuActors.RealTime.Scaling;

/// <summary>What all guests of a run share, and how its actors tell the run where they are. Any thread.</summary>
internal sealed class RunState
{
    private readonly TaskCompletionSource _ready = NewSource(), _ended = NewSource(), _failed = NewSource();
    private volatile bool _isEnding;
    private volatile RunVoidException? _failure;
    private int _endedGuests, _readyGuests;

    public RunState(ScaleRequest request)
    {
        Request = request;
        var scenario = request.IsEndless
            ? request.Scenario with { Workload = request.Scenario.Workload with { Rounds = long.MaxValue } }
            : request.Scenario;
        Plan = new GuestPlan(scenario, request.Protocol, request.Seed, () => _isEnding);
        Guests = new LiveGuest?[scenario.Topology.Guests];
        if (request.CountsCosts) Costs = new MessageCosts();
    }

    public ScaleRequest Request { get; }

    public GuestPlan Plan { get; }

    public HostClock Clock { get; } = new();

    public Latencies DmaNs { get; } = new(busy: true);

    public Latencies InvalidationNs { get; } = new(busy: true);

    public MessageCosts? Costs { get; }

    /// <summary>The guests by number; null where none was started.</summary>
    public LiveGuest?[] Guests { get; }

    /// <summary>Every guest that was started waits for its work to begin, or has ended before.</summary>
    public Task Ready => _ready.Task;

    /// <summary>Every guest that was started has ended.</summary>
    public Task Ended => _ended.Task;

    /// <summary>The run is void.</summary>
    public Task Failed => _failed.Task;

    public RunVoidException? Failure => _failure;

    public int ReadyGuests => Volatile.Read(ref _readyGuests);

    public int EndedGuests => Volatile.Read(ref _endedGuests);

    public bool IsEnding => _isEnding;

    /// <summary>Messages of all guests so far.</summary>
    public long Messages => Guests.Sum(static guest => guest?.Record.Messages ?? 0);

    /// <summary>Requests that devices have served so far.</summary>
    public long Requests => Guests.Sum(static guest => guest?.Record.Requests ?? 0);

    /// <summary>Guests end with the round that they are in.</summary>
    public void End() => _isEnding = true;

    public void CountReady() => Interlocked.Increment(ref _readyGuests);

    public void CountEnded() => Interlocked.Increment(ref _endedGuests);

    public void AllReady() => _ready.TrySetResult();

    public void AllEnded() => _ended.TrySetResult();

    public void Fail(string who, Exception reason)
    {
        _failure ??= new RunVoidException($"{who} failed: {reason.Message}", reason);
        _failed.TrySetResult();
    }

    // What waits is not to run on the thread of an actor.
    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
