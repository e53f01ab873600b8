using Akka.Actor;
using VIommuActors.Protocols.Messages;

namespace VIommuActors.Actors.Wiring;

/// <summary>Which actor stands behind each <see cref="NodeId"/>, and what it is called in traces.</summary>
public sealed class NodeTable
{
    private readonly List<(string Name, IActorRef? Actor)> _nodes = [];

    /// <summary>Number of parties.</summary>
    public int Count => _nodes.Count;

    /// <summary>Reserves the next id.</summary>
    public NodeId Add(string name)
    {
        _nodes.Add((name, null));
        return new NodeId(_nodes.Count - 1);
    }

    /// <summary>Says who stands behind an id.</summary>
    public void Bind(NodeId node, IActorRef actor) => _nodes[node.Index] = (_nodes[node.Index].Name, actor);

    /// <summary>The actor.</summary>
    public IActorRef this[NodeId node] => _nodes[node.Index].Actor ?? throw new InvalidOperationException($"{NameOf(node)} has no actor.");

    /// <summary>The actor; null for a party that no actor here stands for.</summary>
    public IActorRef? Find(NodeId node) => node.Exists && node.Index < _nodes.Count ? _nodes[node.Index].Actor : null;

    /// <summary>Stable and readable: <c>vcpu-0</c>, <c>viommu-0</c>, <c>dev-00:03.0</c>; with several guests <c>g1.vcpu-0</c>.</summary>
    public string NameOf(NodeId node) => node.Exists ? _nodes[node.Index].Name : "outside";

    /// <summary>All ids in their order.</summary>
    public IEnumerable<NodeId> All => Enumerable.Range(0, _nodes.Count).Select(index => new NodeId(index));
}
