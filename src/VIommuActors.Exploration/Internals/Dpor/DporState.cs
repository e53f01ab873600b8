using System.Text.Json.Nodes;
using VIommuActors.Simulation;

namespace VIommuActors.Exploration.Internals.Dpor;

/// <summary>A path of states as JSON.</summary>
internal static class DporState
{
    public static JsonObject Save(IEnumerable<Node> path, bool exhausted, bool late, long impossible) => new()
    {
        ["exhausted"] = exhausted,
        ["late"] = late,
        ["impossible"] = impossible,
        ["path"] = new JsonArray([.. path.Select(Save)]),
    };

    public static IEnumerable<Node> Load(JsonObject state, out bool exhausted, out bool late, out long impossible)
    {
        exhausted = (bool)state["exhausted"]!;
        late = (bool)state["late"]!;
        impossible = (long)state["impossible"]!;
        return [.. state["path"]!.AsArray().Select(node => LoadNode(node!))];
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
        Fixed = (bool)json["fixed"]!,
        Chosen = LoadAct(json["chosen"]!).Lane,
        Sleep = [.. json["sleep"]!.AsArray().Select(act => LoadAct(act!))],
        Planned = LoadBranches(json["planned"]!),
        Next = LoadBranches(json["next"]!),
    };

    /// <summary>A branch is its step followed by its children.</summary>
    private static JsonArray Save(List<Branch> branches) =>
        new([.. branches.Select(branch => (JsonNode)new JsonArray(Save(branch.Act), Save(branch.Children)))]);

    private static List<Branch> LoadBranches(JsonNode json) =>
        [.. json.AsArray().Select(branch => new Branch(LoadAct(branch![0]!)) { Children = LoadBranches(branch[1]!) })];

    /// <summary>An act is receiver, sender, fault, and then object and write for everything it touched.</summary>
    private static JsonArray Save(Act act)
    {
        var json = new JsonArray(act.Lane.Receiver, act.Lane.Sender, (int)act.Lane.Fault);
        foreach (var access in act.Touched ?? [])
        {
            json.Add(access.Object);
            json.Add(access.Write);
        }

        return json;
    }

    private static Act LoadAct(JsonNode json)
    {
        var lane = new LaneId((int)json[0]!, (int)json[1]!, (LaneFault)(int)json[2]!);
        int count = json.AsArray().Count;
        var touched = count == 3 ? null : new Access[(count - 3) / 2];
        for (int i = 0; i < touched?.Length; i++)
        {
            touched[i] = new Access((long)json[3 + (2 * i)]!, (bool)json[4 + (2 * i)]!);
        }

        return new Act(lane, touched);
    }
}
