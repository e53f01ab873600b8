using System.Globalization;
using Akka.Actor;
using Akka.Cluster.Sharding;
using VIommuActors.Cluster.Halves;
using VIommuActors.Cluster.Runs;
using VIommuActors.Wire.Messages;

namespace VIommuActors.Cluster.Nodes;

/// <summary>
/// Where the halves of a machine live: one shard region for each role, its entities the machines by number. A node without the role has a
/// proxy.
/// </summary>
public sealed class Shards
{
    /// <summary>Shards of each region.</summary>
    public const int Count = 256;

    private Shards(IActorRef hypervisors, IActorRef deviceModels) => (Hypervisors, DeviceModels) = (hypervisors, deviceModels);

    /// <summary>Takes <see cref="StartVm"/>.</summary>
    public IActorRef Hypervisors { get; }

    /// <summary>Takes <see cref="OpenSession"/>.</summary>
    public IActorRef DeviceModels { get; }

    /// <summary>Starts the regions or proxies of this node.</summary>
    public static Shards Start(ActorSystem system, RunRegistry runs)
    {
        var sharding = ClusterSharding.Get(system);
        var roles = Akka.Cluster.Cluster.Get(system).SelfRoles;
        var settings = ClusterShardingSettings.Create(system);
        var deviceModels = roles.Contains(NodeRole.DeviceModel)
            ? sharding.Start(
                NodeRole.DeviceModel, id => DeviceModelHalf.Props(runs, NumberOf(id)), settings.WithRole(NodeRole.DeviceModel),
                new Extractor(), new StayingShards(), PoisonPill.Instance)
            : sharding.StartProxy(NodeRole.DeviceModel, NodeRole.DeviceModel, new Extractor());
        var hypervisors = roles.Contains(NodeRole.Hypervisor)
            ? sharding.Start(
                NodeRole.Hypervisor, id => HypervisorHost.Props(runs, NumberOf(id), deviceModels), settings.WithRole(NodeRole.Hypervisor),
                new Extractor(), new StayingShards(), PoisonPill.Instance)
            : sharding.StartProxy(NodeRole.Hypervisor, NodeRole.Hypervisor, new Extractor());
        return new Shards(hypervisors, deviceModels);
    }

    private static int NumberOf(string entity) => int.Parse(entity, CultureInfo.InvariantCulture);

    private sealed class Extractor : HashCodeMessageExtractor
    {
        public Extractor()
            : base(Count)
        {
        }

        public override string? EntityId(object message) => message switch
        {
            StartVm start => start.Vm.ToString(CultureInfo.InvariantCulture),
            OpenSession open => open.Vm.ToString(CultureInfo.InvariantCulture),
            _ => null,
        };
    }
}
