using System.Globalization;
using Akka.Actor;
using Akka.Remote;
using Akka.Remote.Transport;
using Serilog;
using VIommuActors.Cluster.Nodes;
using VIommuActors.Cluster.Runs;

namespace VIommuActors.Cluster.Hosting;

/// <summary>What a node can be told to do to the cluster, and to itself on purpose. Any thread.</summary>
internal sealed class NodeAdmin(ClusterNode node, ILogger log)
{
    /// <summary>Longest answer of the transport that is waited for.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, Address> _cut = new(StringComparer.Ordinal);

    private Akka.Cluster.Cluster Cluster => Akka.Cluster.Cluster.Get(node.System);

    /// <summary>Nodes that this one is cut off from, on purpose.</summary>
    public string[] Cut
    {
        get
        {
            lock (_gate) return [.. _cut.Keys];
        }
    }

    /// <summary>Has a member leave; this one when none is named.</summary>
    /// <returns>What is wrong; null when it was done.</returns>
    public string? Leave(string? name)
    {
        if (Member(name ?? node.Name, out var address) is { } problem) return problem;
        log.Information("{Member} is told to leave", name ?? node.Name);
        Cluster.Leave(address!);
        return null;
    }

    /// <summary>Has the cluster go on without a member, as if it were dead.</summary>
    /// <returns>What is wrong; null when it was done.</returns>
    public string? Down(string name)
    {
        if (Member(name, out var address) is { } problem) return problem;
        log.Warning("{Member} is downed by hand", name);
        Cluster.Down(address!);
        return null;
    }

    /// <summary>Cuts this node off from others: nothing goes there, nothing comes from there.</summary>
    /// <returns>What is wrong, and then nothing was done; null when it was done.</returns>
    public async Task<string?> PartitionAsync(IReadOnlyList<string> names)
    {
        if (!node.Settings.FaultInjection) return "the node was started without --fault-injection";
        var addresses = new List<(string Name, Address Address)>();
        foreach (var name in names)
        {
            if (name == node.Name) return $"{name} is this node";
            if (Member(name, out var address) is { } problem) return problem;
            addresses.Add((name, address!));
        }
        foreach (var (name, address) in addresses)
        {
            log.Warning("cut off from {Member} on purpose", name);
            lock (_gate) _cut[name] = address;
            if (!await ThrottleAsync(address, Blackhole.Instance)) return $"the transport did not cut {name} off";
        }
        return null;
    }

    /// <summary>Undoes <see cref="PartitionAsync"/> towards these nodes, or towards all when none is named.</summary>
    /// <returns>What is wrong, and then nothing was done; null when it was done.</returns>
    public async Task<string?> HealAsync(IReadOnlyList<string> names)
    {
        (string Name, Address Address)[] cut;
        lock (_gate)
        {
            if (names.FirstOrDefault(name => !_cut.ContainsKey(name)) is { } other)
                return $"{other} is not cut off; {(_cut.Count == 0 ? "no node is" : string.Join(", ", _cut.Keys))}";
            cut = [.. _cut.Where(pair => names.Count == 0 || names.Contains(pair.Key)).Select(pair => (pair.Key, pair.Value))];
        }
        foreach (var (name, address) in cut)
        {
            log.Warning("no longer cut off from {Member}", name);
            if (!await ThrottleAsync(address, Unthrottled.Instance)) return $"the transport did not let {name} through";
            lock (_gate) _cut.Remove(name);
        }
        return null;
    }

    /// <summary>Has frames leave later by so much; 0 as usual.</summary>
    /// <returns>What is wrong; null when it was done.</returns>
    public string? Slow(string milliseconds)
    {
        var longest = (int)NodeWeather.LongestDelay.TotalMilliseconds;
        if (!int.TryParse(milliseconds, NumberStyles.None, CultureInfo.InvariantCulture, out var ms) || ms > longest)
            return string.Create(CultureInfo.InvariantCulture, $"ms: 0 to {longest} is accepted");
        log.Warning("frames leave {DelayMs} ms later on purpose", ms);
        node.Weather.LinkDelay = TimeSpan.FromMilliseconds(ms);
        return null;
    }

    private string? Member(string name, out Address? address)
    {
        address = null;
        if (!NodeRules.TryParseNode(name, out _, out _)) return $"{Shown(name)} is not a node: host:port is accepted";
        var members = Cluster.State.Members.Select(member => member.Address).ToArray();
        address = Array.Find(members, member => Coordinator.NameOf(member) == name);
        return address is not null ? null
            : $"{Shown(name)} is no member; members: {string.Join(", ", members.Take(16).Select(Coordinator.NameOf))}";
    }

    // What came over the network goes back shortened.
    private static string Shown(string text) => text.Length <= 64 ? text : text[..64] + "…";

    private Task<bool> ThrottleAsync(Address address, ThrottleMode mode)
    {
        var transport = ((IRemoteActorRefProvider)((ExtendedActorSystem)node.System).Provider).Transport;
        return transport.ManagementCommand(new SetThrottle(address, ThrottleTransportAdapter.Direction.Both, mode)).WaitAsync(Patience);
    }
}
