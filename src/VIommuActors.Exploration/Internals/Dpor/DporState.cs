using System.Text.Json.Nodes;
using VIommuActors.Simulation;

namespace VIommuActors.Exploration.Internals.Dpor;

/// <summary>What a reduction remembers besides its path.</summary>
/// <param name="Exhausted">Nothing is left to try.</param>
/// <param name="Late">Actors got their slot in the middle of a schedule.</param>
/// <param name="Impossible">Planned steps that could not be taken.</param>
/// <param name="Planned">Orders were planned.</param>
/// <param name="Unknown">What a step not seen yet may touch.</param>
internal readonly record struct DporFlags(bool Exhausted, bool Late, long Impossible, bool Planned, Access[]? Unknown);

/// <summary>A path of states as JSON.</summary>
internal static class DporState
{
    private const int SideBit = 64;

    public static JsonObject Save(IEnumerable<Node> path, DporFlags flags) => new()
    {
        ["exhausted"] = flags.Exhausted,
        ["late"] = flags.Late,
        ["impossible"] = flags.Impossible,
        ["planned"] = flags.Planned,
        ["unknown"] = Save(new Act(default, flags.Unknown)),
        ["path"] = new JsonArray([.. path.Select(Save)]),
    };

    public static IEnumerable<Node> Load(JsonObject state, out DporFlags flags)
    {
        flags = new DporFlags(
            (bool)state.Field("exhausted"),
            (bool)state.Field("late"),
            state.Count("impossible"),
            (bool)state.Field("planned"),
            LoadAct(state.Field("unknown")).Touched);
        Node[] path = [.. state.Items("path").Select(LoadNode)];
        return !flags.Exhausted || path.Length == 0 ? path : throw new FormatException("Nothing is left, and yet there is a path.");
    }

    private static JsonNode Save(Node node) => new JsonObject
    {
        ["fixed"] = node.Fixed,
        ["chosen"] = Save(new Act(node.Chosen, null)),
        ["sleep"] = new JsonArray([.. node.Sleep.Select(act => Save(act))]),
        ["planned"] = Save(node.Planned),
        ["next"] = Save(node.Next),
    };

    private static Node LoadNode(JsonNode json) => new()
    {
        Fixed = (bool)json.Field("fixed"),
        Chosen = LoadAct(json.Field("chosen")).Lane,
        Sleep = [.. json.Items("sleep").Select(LoadAct)],
        Planned = LoadBranches(json.Field("planned")),
        Next = LoadBranches(json.Field("next")),
    };

    /// <summary>A branch is its step followed by its children.</summary>
    private static JsonArray Save(List<Branch> branches) =>
        new([.. branches.Select(branch => (JsonNode)new JsonArray(Save(branch.Act), Save(branch.Children)))]);

    private static List<Branch> LoadBranches(JsonNode json) => [.. json.AsArray().Select(branch => branch is JsonArray { Count: 2 } pair
        ? new Branch(LoadAct(pair[0])) { Children = LoadBranches(pair[1] ?? new JsonArray()) }
        : throw new FormatException("A branch is no step with its children."))];

    /// <summary>
    /// An act is receiver, sender, fault with a bit for the side lane, optional, and then object and write for everything it touched.
    /// </summary>
    private static JsonArray Save(Act act)
    {
        int fate = (int)act.Lane.Fault | (act.Lane.Side ? SideBit : 0);
        var json = new JsonArray(act.Lane.Receiver, act.Lane.Sender, fate, act.Optional);
        foreach (var access in act.Touched ?? [])
        {
            json.Add(access.Object);
            json.Add(access.Write);
        }

        return json;
    }

    private static Act LoadAct(JsonNode? json)
    {
        int count = (json as JsonArray)?.Count ?? 0;
        if (count < 4 || count % 2 != 0 || json!.AsArray().Contains(null))
        {
            throw new FormatException("A step is not what it should be.");
        }

        var lane = new LaneId(
            (int)json[0]!, (int)json[1]!, (LaneFault)((int)json[2]! & ~SideBit), ((int)json[2]! & SideBit) != 0);
        if (lane.Receiver < 0 || !Enum.IsDefined(lane.Fault))
        {
            throw new FormatException($"No step has receiver {lane.Receiver} and fate {lane.Fault}.");
        }

        var touched = count == 4 ? null : new Access[(count - 4) / 2];
        for (int i = 0; i < touched?.Length; i++)
        {
            touched[i] = new Access((long)json[4 + (2 * i)]!, (bool)json[5 + (2 * i)]!);
        }

        return new Act(lane, touched, (bool)json[3]!);
    }
}
