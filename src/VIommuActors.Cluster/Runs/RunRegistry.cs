using System.Collections.Immutable;
using Serilog;
using VIommuActors.Wire.Messages;

namespace VIommuActors.Cluster.Runs;

/// <summary>The runs that a node knows, the latest few of them, and how many machines it may host. Any thread.</summary>
public sealed class RunRegistry(
    string node, int maxHalves, NodeWeather weather, ILogger log, string? traceFolder = null, string? mutant = null)
{
    /// <summary>Runs kept.</summary>
    public const int Kept = 4;

    private readonly Lock _gate = new();
    private ImmutableList<RunOnNode> _runs = [];
    private int _halves;

    /// <summary>Name of this node.</summary>
    public string Node => node;

    /// <summary>The runs, the latest last.</summary>
    public IReadOnlyList<RunOnNode> Runs => _runs;

    /// <summary>Halves that live here.</summary>
    public int Halves => Volatile.Read(ref _halves);

    /// <summary>The run of that id; null for one that is not known here.</summary>
    public RunOnNode? Find(string run) => _runs.Find(known => known.Definition.Run == run);

    /// <summary>Takes a definition; one that is known already stays as it is.</summary>
    /// <returns>What is wrong with it; null when nothing is.</returns>
    public string? Define(DefineRun definition)
    {
        lock (_gate)
        {
            if (Find(definition.Run) is { } known)
                return known.Definition.Equals(definition) ? null : "a run of this name has another definition";
            if (RunOnNode.TryRead(definition, node, weather, log, traceFolder, mutant, out var run) is { } problem) return problem;
            _runs = _runs.Add(run!);
            if (_runs.Count <= Kept) return null;
            // Nobody could end it any more.
            _runs[0].End();
            _runs = _runs.RemoveAt(0);
            return null;
        }
    }

    /// <summary>Room for one more half; false when the node is full.</summary>
    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _halves) <= maxHalves) return true;
        Interlocked.Decrement(ref _halves);
        return false;
    }

    /// <summary>One less.</summary>
    public void Leave() => Interlocked.Decrement(ref _halves);
}
