using System.Runtime.ExceptionServices;

namespace VIommuActors.Exploration.Internals;

/// <summary>Schedules with consecutive numbers that one worker runs.</summary>
/// <param name="first">Number of the first.</param>
/// <param name="size">How many; fewer are done when the search ends.</param>
internal sealed class Batch(long first, int size)
{
    private ExceptionDispatchInfo? _error;

    public long First => first;

    public int Size => size;

    public Outcome[] Outcomes { get; } = new Outcome[size];

    /// <summary>How many outcomes there are.</summary>
    public int Count { get; private set; }

    /// <summary>False when the worker was stopped before the last: what follows in other batches is not what comes next.</summary>
    public bool IsWhole => Count == Size;

    /// <summary>Steps of all of them.</summary>
    public long Steps { get; private set; }

    /// <summary>Choices of its first violation.</summary>
    public int[]? Choices { get; set; }

    /// <summary>True when the worker has handed it back.</summary>
    public bool Done { get; set; }

    public bool Failed => _error is not null;

    public void Add(in Outcome outcome)
    {
        Outcomes[Count++] = outcome;
        Steps += outcome.Steps;
    }

    /// <summary>The schedule after the last outcome threw.</summary>
    public void Fail(Exception error) => _error = ExceptionDispatchInfo.Capture(error);

    public void ThrowIfFailed() => _error?.Throw();
}
