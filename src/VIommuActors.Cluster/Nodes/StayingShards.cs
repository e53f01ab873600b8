using System.Collections.Immutable;
using Akka.Actor;
using Akka.Cluster.Sharding;

namespace VIommuActors.Cluster.Nodes;

/// <summary>
/// New shards go to the region that has the fewest, in the order of their addresses; none is ever moved. A machine's memory does not
/// travel, and a device model that moved would be fenced for nothing.
/// </summary>
internal sealed class StayingShards : IShardAllocationStrategy
{
    public Task<IActorRef> AllocateShard(
        IActorRef requester, string shardId, IImmutableDictionary<IActorRef, IImmutableList<string>> currentShardAllocations)
    {
        var least = currentShardAllocations
            .OrderBy(region => region.Value.Count)
            .ThenBy(region => region.Key.Path.ToStringWithAddress(), StringComparer.Ordinal)
            .First();
        return Task.FromResult(least.Key);
    }

    public Task<IImmutableSet<string>> Rebalance(
        IImmutableDictionary<IActorRef, IImmutableList<string>> currentShardAllocations, IImmutableSet<string> rebalanceInProgress) =>
        Task.FromResult<IImmutableSet<string>>(ImmutableHashSet<string>.Empty);
}
