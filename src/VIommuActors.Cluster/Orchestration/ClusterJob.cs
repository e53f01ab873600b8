using System.Collections.Immutable;
using VIommuActors.Blueprints.Faults;
using VIommuActors.Cluster.Runs;

namespace VIommuActors.Cluster.Orchestration;

/// <summary>A run of a cluster from its coordinator's side: what is to be done, on which nodes, and what is done to them.</summary>
/// <param name="Order">The run.</param>
/// <param name="Spawn">Roles of the processes to start on this host; empty: the nodes are there already.</param>
/// <param name="Command">How a process of them is started.</param>
/// <param name="Options">Further options of every process.</param>
/// <param name="Plan">What goes wrong on purpose; null for nothing.</param>
public sealed record ClusterJob(
    RunOrder Order, ImmutableArray<string> Spawn, NodeCommand Command, ImmutableArray<string> Options, FaultPlan? Plan);
