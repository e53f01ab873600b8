using Akka.Actor;
using VIommuActors.Blueprints.Figures;
using VIommuActors.Scenarios.Model;

namespace VIommuActors.RealTime.Scaling;

/// <summary>
/// Many guests in one actor system, on all cores and the host's clock: boot them, let them work for a measured window, let them end.
/// <see cref="Start"/>, <see cref="Measure"/>, <see cref="Finish"/>, in this order; cancelled, each ends soon and the next ones still may
/// be called.
/// </summary>
public sealed class ScaleRun : IAsyncDisposable
{
    /// <summary>Boots no guest for so long, and none will: the run goes on and reports who hangs.</summary>
    private static readonly TimeSpan BootPatience = TimeSpan.FromSeconds(15);

    /// <summary>How long a cancelled run waits for the rounds that are under way.</summary>
    private static readonly TimeSpan CancelledGrace = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(10), LongestGrace = TimeSpan.FromSeconds(30);

    private readonly RunState _state;
    private readonly ActorSystem _system = RealSystem.Create();
    private readonly SampleLog _samples;
    private readonly long _memoryBefore;
    private IActorRef? _guests;
    private long _memory, _startedNs, _beganNs, _messagesBefore;
    private ScaleSample _window;
    private bool _isCancelled, _isStopped;

    /// <summary>A run; no guest has been built.</summary>
    /// <exception cref="ArgumentException">The scenario's workload is a recording, or there are too many guests.</exception>
    public ScaleRun(ScaleRequest request)
    {
        if (request.Scenario.Workload.Kind == WorkloadKind.Trace)
            throw new ArgumentException("A recording is replayed in virtual time.", nameof(request));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(request.Scenario.Topology.Guests, ScaleRequest.MostGuests, nameof(request));
        _state = new RunState(request);
        _samples = new SampleLog(request.Scenario.Topology.Guests);
        _memoryBefore = GC.GetTotalMemory(forceFullCollection: true);
    }

    /// <summary>Boots all guests; each then waits for the others.</summary>
    /// <param name="progress">Told now and then how many have booted.</param>
    /// <param name="cancel">Boots no more guests.</param>
    /// <exception cref="RunVoidException">A party failed.</exception>
    public async Task Start(Action<long>? progress = null, CancellationToken cancel = default)
    {
        var began = _state.Clock.NowNs;
        _guests = _system.ActorOf(Props.CreateBy(new GuestsProducer(_state)), "guests");
        var (seen, seenNs) = (0, began);
        while (!_state.Ready.IsCompleted)
        {
            await Step(_state.Ready, _samples.Interval, cancel);
            ThrowIfVoid();
            if (cancel.IsCancellationRequested)
            {
                _isCancelled = true;
                _state.End();
                _guests.Tell(GuestsActor.Order.NoMore);
                break;
            }
            var ready = _state.ReadyGuests;
            progress?.Invoke(ready);
            if (ready != seen) (seen, seenNs) = (ready, _state.Clock.NowNs);
            else if (_state.Clock.NowNs - seenNs > (_state.Request.GraceNs ?? BootPatience.TotalNanoseconds)) break;
        }
        _startedNs = _state.Clock.NowNs - began;
        if (!_isCancelled) Weigh();
    }

    /// <summary>Lets the work begin and measures until <paramref name="duration"/> is over or the last guest has ended.</summary>
    /// <param name="duration">Length of the window; null: until the guests have done their rounds.</param>
    /// <param name="progress">Told now and then how much of the window is over, and how many guests have ended.</param>
    /// <param name="cancel">Ends the window.</param>
    /// <exception cref="RunVoidException">A party failed.</exception>
    public async Task Measure(TimeSpan? duration, Action<TimeSpan, int>? progress = null, CancellationToken cancel = default)
    {
        _messagesBefore = _state.Messages;
        _state.Costs?.WorkBegins();
        _beganNs = _state.Clock.NowNs;
        _samples.Add(default);
        _guests!.Tell(GuestsActor.Order.Begin);
        var end = duration ?? TimeSpan.MaxValue;
        var (moved, movedNs) = (-1L, _beganNs);
        ScaleSample last = default;
        // Think time and a driver that waits for its time limit are no stall.
        var scenario = _state.Plan.Scenario;
        var stallNs = _state.Request.GraceNs ?? (scenario.Timing.InvalidationTimeout + scenario.Workload.ThinkNs + 5_000_000_000);
        while (!_state.Ended.IsCompleted && !_isCancelled)
        {
            var left = end - Elapsed;
            if (left <= TimeSpan.Zero) break;
            // A delay is cut to whole milliseconds: without one more, the last of them would be a hundred samples.
            await Step(_state.Ended, left < _samples.Interval ? left + TimeSpan.FromMilliseconds(1) : _samples.Interval, cancel);
            ThrowIfVoid();
            _isCancelled |= cancel.IsCancellationRequested;
            last = Sample();
            _samples.Add(last);
            progress?.Invoke(TimeSpan.FromMicroseconds(last.AtNs / 1000), _state.EndedGuests);
            // Whoever hangs has no end to wait for: it is reported, as at the end of a window.
            var now = last.Dmas + _state.InvalidationNs.Count + _state.EndedGuests;
            if (now != moved) (moved, movedNs) = (now, _state.Clock.NowNs);
            else if (duration is null && _state.Clock.NowNs - movedNs > stallNs) break;
        }
        // The window ends with its last sample: guests go on meanwhile.
        _window = last.AtNs > 0 ? last : Sample();
    }

    /// <summary>Has the guests end with the round they are in, stops everything and adds it up.</summary>
    /// <param name="progress">Told now and then how many guests have ended.</param>
    /// <param name="cancel">Shortens the wait for guests that do not end.</param>
    /// <exception cref="RunVoidException">A party failed.</exception>
    public async Task<ScaleResult> Finish(Action<long>? progress = null, CancellationToken cancel = default)
    {
        var (invalidationNs, dmaNs) = (_state.InvalidationNs.Snapshot(), _state.DmaNs.Snapshot());
        var began = _state.Clock.NowNs;
        _state.End();
        while (!_state.Ended.IsCompleted)
        {
            _isCancelled |= cancel.IsCancellationRequested;
            var grace = _isCancelled ? CancelledGrace : Grace;
            if (_state.Clock.NowNs - began > grace.TotalNanoseconds) break;
            await Step(_state.Ended, _samples.Interval, _isCancelled ? CancellationToken.None : cancel);
            ThrowIfVoid();
            progress?.Invoke(_state.EndedGuests);
        }
        var drain = _state.Clock.NowNs - began;
        if (!_isCancelled) Weigh();
        if (!await Stop()) throw new RunVoidException($"guests had not stopped {StopPatience.TotalSeconds} s after they were told to");
        ThrowIfVoid();
        return Result(invalidationNs, dmaNs, drain);
    }

    /// <summary>Stops every actor. Whoever does not stop is left to the process.</summary>
    public async ValueTask DisposeAsync() => await Stop();

    private TimeSpan Elapsed => TimeSpan.FromMicroseconds((_state.Clock.NowNs - _beganNs) / 1000);

    private TimeSpan Grace
    {
        get
        {
            // A guest that waits in vain gives up by itself, and says so better than we could.
            var patience = _state.Request.GraceNs ?? (_state.Plan.Scenario.Timing.InvalidationTimeout + 5_000_000_000);
            return TimeSpan.FromMicroseconds(Math.Min(patience / 1000, (long)LongestGrace.TotalMicroseconds));
        }
    }

    private ScaleResult Result(HdrHistogram.HistogramBase invalidationNs, HdrHistogram.HistogramBase dmaNs, long drainNs)
    {
        var figures = new RunFigures(_state.Request.Protocol.Name) { Runs = 1, VirtualNs = _window.AtNs };
        var (guests, unended, touched) = (0, 0, 0L);
        foreach (var guest in _state.Guests)
        {
            if (guest is null) continue;
            guests++;
            if (guest.Record.Running > 0) unended++;
            touched += guest.TouchedBytes;
            guest.AddTo(figures, hangs: !_isCancelled);
        }
        _state.Costs?.AddTo(figures);
        figures.InvalidationNs.Add(_state.InvalidationNs.Snapshot());
        figures.DmaNs.Add(_state.DmaNs.Snapshot());
        return new ScaleResult
        {
            Figures = figures,
            Guests = guests,
            GuestsUnended = unended,
            IsCancelled = _isCancelled,
            Window = _window,
            InvalidationNs = invalidationNs,
            DmaNs = dmaNs,
            Samples = _samples.All,
            StartUp = TimeSpan.FromMicroseconds(_startedNs / 1000),
            Drain = TimeSpan.FromMicroseconds(drainNs / 1000),
            BytesPerGuest = guests == 0 ? 0 : Math.Max(0, _memory / guests),
            TouchedBytesPerGuest = guests == 0 ? 0 : touched / guests,
        };
    }

    private ScaleSample Sample() =>
        new(_state.Clock.NowNs - _beganNs, _state.Requests, _state.InvalidationNs.Count, _state.Messages - _messagesBefore);

    /// <summary>Memory beyond the guests' RAM, the most so far.</summary>
    private void Weigh()
    {
        var touched = _state.Guests.Sum(guest => guest?.TouchedBytes ?? 0);
        _memory = Math.Max(_memory, GC.GetTotalMemory(forceFullCollection: true) - _memoryBefore - touched);
    }

    private async Task Step(Task done, TimeSpan atMost, CancellationToken cancel)
    {
        using var delay = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        await Task.WhenAny(done, _state.Failed, Task.Delay(atMost, delay.Token));
        await delay.CancelAsync();
    }

    private void ThrowIfVoid()
    {
        if (_state.Failure is { } failure) throw failure;
    }

    /// <summary>False: something of a guest may still run.</summary>
    private async Task<bool> Stop()
    {
        if (!_isStopped)
        {
            _isStopped = true;
            _state.End();
            await Task.WhenAny(_system.Terminate(), Task.Delay(StopPatience));
        }
        return _system.WhenTerminated.IsCompleted;
    }

    private sealed class GuestsProducer(RunState state) : IIndirectActorProducer
    {
        public Type ActorType => typeof(GuestsActor);

        public ActorBase Produce() => new GuestsActor(state);

        public void Release(ActorBase actor)
        {
        }
    }
}
