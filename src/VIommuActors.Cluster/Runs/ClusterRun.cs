using System.Collections.Immutable;
using VIommuActors.Oracle;
using VIommuActors.Wire.Messages;

namespace VIommuActors.Cluster.Runs;

/// <summary>What a run has come to so far, as its coordinator knows it. Written by the coordinator alone; read from any thread.</summary>
public sealed class ClusterRun(RunOrder order)
{
    private readonly Lock _gate = new();
    private readonly VmOutcome[] _vms = [.. Enumerable.Range(0, order.Definition.Vms).Select(_ => new VmOutcome())];
    private readonly SortedDictionary<string, NodeProgress> _nodes = new(StringComparer.Ordinal);
    private readonly List<string> _problems = [];

    /// <summary>The order.</summary>
    public RunOrder Order => order;

    /// <summary>Machines by state.</summary>
    public (int Waiting, int Running, int Ended, int Lost) Count() => Read(vms => (
        vms.Count(vm => vm.State == VmState.Waiting), vms.Count(vm => vm.State == VmState.Running),
        vms.Count(vm => vm.State == VmState.Ended), vms.Count(vm => vm.State == VmState.Lost)));

    /// <summary>The latest report of each node.</summary>
    public ImmutableArray<NodeProgress> Nodes
    {
        get
        {
            lock (_gate) return [.. _nodes.Values];
        }
    }

    /// <summary>What nodes said against the definition.</summary>
    public ImmutableArray<string> Problems
    {
        get
        {
            lock (_gate) return [.. _problems];
        }
    }

    /// <summary>How often a property was broken, over all machines that told.</summary>
    public long this[Property property] => Read(vms => vms.Sum(vm =>
        vm.Figures is { } figures && figures.Violations.Length > (int)property ? figures.Violations[(int)property] : 0));

    /// <summary>Reads the machines while nobody writes.</summary>
    public T Read<T>(Func<IReadOnlyList<VmOutcome>, T> question)
    {
        lock (_gate) return question(_vms);
    }

    internal void Write(Action<VmOutcome[]> change)
    {
        lock (_gate) change(_vms);
    }

    internal void Heard(NodeProgress progress)
    {
        lock (_gate) _nodes[progress.Node] = progress;
    }

    internal void Objected(string problem)
    {
        lock (_gate) _problems.Add(problem);
    }
}
