using System.Runtime.ExceptionServices;

namespace VIommuActors.Exploration.Internals;

/// <summary>Hands out schedules in order to whoever is free, and gives their outcomes back in order.</summary>
/// <param name="first">Number of the first schedule.</param>
/// <param name="last">Number of the last.</param>
/// <param name="workers">How many work.</param>
/// <param name="cancel">Nothing is handed out after it fired.</param>
internal sealed class BatchQueue(long first, long last, int workers, CancellationToken cancel)
{
    /// <summary>About as much as takes a worker a millisecond: few wake-ups, and soon at an end when the search is.</summary>
    private const long StepsPerBatch = 65_536;

    private const int MaxSize = 2_048;
    private const int AheadPerWorker = 8; // so that a worker whose core is taken for a while does not hold up the others
    private readonly object _gate = new();
    private readonly Queue<Batch> _issued = new();
    private ExceptionDispatchInfo? _failure;
    private long _next = first;
    private long _last = last; // read without the lock
    private long _schedules;
    private long _steps;
    private int _present;

    /// <summary>True for a schedule that may still be counted.</summary>
    public bool IsWanted(long schedule) => schedule <= Volatile.Read(ref _last) && !cancel.IsCancellationRequested;

    /// <summary>No schedule after this one matters.</summary>
    public void EndAt(long schedule)
    {
        lock (_gate)
        {
            Volatile.Write(ref _last, Math.Min(_last, schedule));
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Nothing matters any more.</summary>
    public void Stop() => EndAt(0);

    /// <summary>A worker is about to start.</summary>
    public void Enter()
    {
        lock (_gate)
        {
            _present++;
        }
    }

    /// <summary>A worker has ended.</summary>
    public void Leave()
    {
        lock (_gate)
        {
            _present--;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>A worker could not begin or end.</summary>
    public void Fail(Exception error)
    {
        lock (_gate)
        {
            _failure ??= ExceptionDispatchInfo.Capture(error);
            Volatile.Write(ref _last, 0);
            Monitor.PulseAll(_gate);
        }
    }

    public void ThrowIfFailed()
    {
        lock (_gate)
        {
            _failure?.Throw();
        }
    }

    /// <summary>For a worker: the next schedules to run; null when there are none. Waits while too many are not counted yet.</summary>
    public Batch? Take()
    {
        lock (_gate)
        {
            while (_issued.Count >= workers * AheadPerWorker && IsWanted(_next))
            {
                Monitor.Wait(_gate);
            }

            if (!IsWanted(_next))
            {
                return null;
            }

            long size = _steps == 0 ? 1 : Math.Clamp(StepsPerBatch * _schedules / _steps, 1, MaxSize);
            var batch = new Batch(_next, (int)Math.Min(size, _last - _next + 1));
            _next += batch.Size;
            _issued.Enqueue(batch);
            return batch;
        }
    }

    /// <summary>From a worker: a batch is done, or as much of it as is wanted.</summary>
    public void Post(Batch batch)
    {
        lock (_gate)
        {
            batch.Done = true;
            _schedules += batch.Count;
            _steps += batch.Steps;
            if (ReferenceEquals(_issued.Peek(), batch))
            {
                Monitor.PulseAll(_gate);
            }
        }
    }

    /// <summary>For the one who counts: the outcomes that follow those it had; null when there will be none.</summary>
    public Batch? Next()
    {
        lock (_gate)
        {
            while (_failure is null && (_issued.Count > 0 ? !_issued.Peek().Done : _present > 0))
            {
                Monitor.Wait(_gate);
            }

            _failure?.Throw();
            if (_issued.Count == 0)
            {
                return null;
            }

            if (_issued.Count == workers * AheadPerWorker)
            {
                Monitor.PulseAll(_gate);
            }

            return _issued.Dequeue();
        }
    }
}
