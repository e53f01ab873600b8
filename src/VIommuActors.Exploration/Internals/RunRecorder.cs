using VIommuActors.Exploration.Strategies;
using VIommuActors.Simulation;

namespace VIommuActors.Exploration.Internals;

/// <summary>Stands between kernel and strategy: repeats the prefix, notes the choices, hashes the execution.</summary>
internal class RunRecorder(IStrategy strategy, IReadOnlyList<int> prefix) : IChoice, IStepObserver
{
    private readonly int[] _prefix = [.. prefix];
    private readonly HistoryHash _hash = new();
    private readonly IStepObserver? _strategyObserver = strategy as IStepObserver;
    private IStepObserver? _worldObserver;
    private int[] _taken = new int[64];
    private int _count;

    public bool NeedsLanes => strategy.NeedsLanes;

    public int[] Choices => _taken[.._count];

    public ulong Trace => _hash.Value();

    /// <summary>
    /// A strategy that wants to know about shared words gets a recorder that passes them on; for the others they cost nothing.
    /// </summary>
    public static RunRecorder For(IStrategy strategy, IReadOnlyList<int> prefix) =>
        strategy is ITouchObserver touches ? new Touching(strategy, prefix, touches) : new RunRecorder(strategy, prefix);

    public void Begin(IStepObserver? worldObserver)
    {
        _count = 0;
        _hash.Clear();
        _worldObserver = worldObserver;
    }

    public int Next(ReadOnlySpan<LaneId> enabled) =>
        Note(_count < _prefix.Length ? Repeat(enabled.Length) : strategy.Next(enabled));

    public int Next(int count) =>
        Note(_count < _prefix.Length ? Repeat(count) : strategy.Next(count));

    public void Delivering(in Step step)
    {
        _hash.Add(step.Lane);
        _strategyObserver?.Delivering(step);
        _worldObserver?.Delivering(step);
    }

    private int Repeat(int enabled) =>
        (uint)_prefix[_count] < (uint)enabled ? _prefix[_count]
        : throw new InvalidOperationException($"Choice {_count + 1} of the prefix is {_prefix[_count]}, but there are only {enabled}.");

    private int Note(int index)
    {
        if (_count == _taken.Length)
        {
            Array.Resize(ref _taken, _count * 2);
        }

        return _taken[_count++] = index;
    }

    private sealed class Touching(IStrategy strategy, IReadOnlyList<int> prefix, ITouchObserver touches)
        : RunRecorder(strategy, prefix), ITouchObserver
    {
        public void Touched(long sharedObject, bool write)
        {
            touches.Touched(sharedObject, write);
            (_worldObserver as ITouchObserver)?.Touched(sharedObject, write);
        }
    }
}
