using System.Text.Json;
using Akka.Cluster;
using VIommuActors.Cluster.Nodes;
using VIommuActors.Cluster.Runs;

namespace VIommuActors.Cluster.Hosting;

/// <summary>The fields of the documents that a node hands out. Each names its schema; fields are added, never changed.</summary>
internal static class NodeDocuments
{
    /// <summary>Schema of <c>/health/…</c>.</summary>
    public const string HealthSchema = "viommu.health/1";

    /// <summary>Schema of <c>/cluster/members</c>.</summary>
    public const string MembersSchema = "viommu.members/1";

    /// <summary>Schema of <c>/runs</c>.</summary>
    public const string RunsSchema = "viommu.runs/1";

    /// <summary>Schema of the answer to a command.</summary>
    public const string DoneSchema = "viommu.done/1";

    /// <summary>Schema of a refusal.</summary>
    public const string ErrorSchema = "viommu.error/1";

    /// <summary>Members that are listed; how many there are is said besides.</summary>
    public const int MostMembers = 1000;

    private static readonly Comparer<Member> OldestFirst = Comparer<Member>.Create(
        (one, other) => one.UniqueAddress == other.UniqueAddress ? 0 : one.IsOlderThan(other) ? -1 : 1);

    /// <summary>Members as this node sees them, oldest first.</summary>
    public static void Members(Utf8JsonWriter writer, ClusterNode node, IEnumerable<string> cut)
    {
        var cluster = Akka.Cluster.Cluster.Get(node.System);
        var state = cluster.State;
        writer.WriteString("self", node.Name);
        if (state.Leader is { } leader) writer.WriteString("leader", Coordinator.NameOf(leader));
        else writer.WriteNull("leader");
        writer.WriteNumber("count", state.Members.Count);
        writer.WriteNumber("unreachable", state.Unreachable.Count);
        var unreachable = state.Unreachable.Select(member => member.UniqueAddress).ToHashSet();
        writer.WriteStartArray("members");
        foreach (var member in state.Members.Order(OldestFirst).Take(MostMembers))
        {
            writer.WriteStartObject();
            writer.WriteString("address", Coordinator.NameOf(member.Address));
            writer.WriteStartArray("roles");
            foreach (var role in member.Roles.Order(StringComparer.Ordinal)) writer.WriteStringValue(role);
            writer.WriteEndArray();
            writer.WriteString("status", member.Status.ToString());
            writer.WriteBoolean("reachable", !unreachable.Contains(member.UniqueAddress));
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteStartArray("cut");
        foreach (var other in cut) writer.WriteStringValue(other);
        writer.WriteEndArray();
        writer.WriteNumber("linkDelayMs", node.Weather.LinkDelay.TotalMilliseconds);
    }

    /// <summary>The runs that this node knows and what its halves come to, the latest last.</summary>
    public static void Runs(Utf8JsonWriter writer, ClusterNode node)
    {
        writer.WriteString("node", node.Name);
        writer.WriteString("role", node.Settings.Role);
        writer.WriteNumber("halves", node.Runs.Halves);
        writer.WriteNumber("mostHalves", node.Settings.MaxHalves);
        writer.WriteStartArray("runs");
        foreach (var run in node.Runs.Runs)
        {
            var counters = run.Counters;
            writer.WriteStartObject();
            writer.WriteString("run", run.Definition.Run);
            writer.WriteString("scenario", run.Definition.Name);
            writer.WriteString("protocol", run.Definition.Protocol);
            writer.WriteString("seed", $"0x{run.Definition.Seed:x}");
            writer.WriteNumber("vms", run.Definition.Vms);
            writer.WriteBoolean("ending", run.IsEnding);
            writer.WriteNumber("running", counters.Running);
            writer.WriteNumber("ended", counters.VmsEnded);
            writer.WriteNumber("dmas", counters.Dmas);
            writer.WriteNumber("done", counters.Done);
            writer.WriteNumber("invalidations", counters.Invalidations);
            writer.WriteNumber("messages", counters.Messages);
            writer.WriteNumber("framesSent", counters.FramesSent);
            writer.WriteNumber("framesAgain", counters.FramesAgain);
            writer.WriteNumber("framesRefused", counters.FramesRefused);
            writer.WriteNumber("framesMisdirected", counters.FramesMisdirected);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }
}
