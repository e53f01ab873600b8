using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using VIommuActors.Cli.Rendering;

namespace VIommuActors.Cli.Clustering;

/// <summary>What a node says about its cluster, for people.</summary>
internal static class MembersView
{
    /// <summary>The members as a table, and what is done to the node on purpose.</summary>
    public static void Show(IRenderer renderer, JsonElement members)
    {
        renderer.Table(new TextTable(
            [new("member", false), new("roles", false), new("status", false), new("reachable", false), new("", false)],
            [.. members.GetProperty("members").EnumerateArray().Select(member => Row(member, members))]));
        var shown = members.GetProperty("members").GetArrayLength();
        var count = members.GetProperty("count").GetInt32();
        if (shown < count) renderer.Line(string.Create(CultureInfo.InvariantCulture, $"{count - shown} more are not shown"));
        if (members.GetProperty("cut") is { } cut && cut.GetArrayLength() > 0)
            renderer.Line($"cut off on purpose from {string.Join(", ", cut.EnumerateArray().Select(Text))}", Tone.Bad);
        if (members.GetProperty("linkDelayMs").GetDouble() is > 0 and var delay)
            renderer.Line(string.Create(CultureInfo.InvariantCulture, $"frames leave {delay} ms later on purpose"), Tone.Bad);
    }

    /// <summary>All that there is to say about a node.</summary>
    public static void Status(ToolSession session, bool isReady, JsonElement health, JsonElement members, JsonElement runs)
    {
        var renderer = session.Renderer;
        var state = isReady ? "ready" : $"not ready ({Text(health.GetProperty("detail"))})";
        renderer.Line(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{Text(runs.GetProperty("node"))} {Text(runs.GetProperty("role"))} is {state}; "
                + $"{members.GetProperty("count").GetInt32()} members, {members.GetProperty("unreachable").GetInt32()} unreachable; "
                + $"hosts {runs.GetProperty("halves").GetInt32()} of {runs.GetProperty("mostHalves").GetInt32()} halves"),
            isReady ? Tone.Good : Tone.Bad);
        if (session.IsQuiet) return;
        renderer.Line();
        Show(renderer, members);
        if (runs.GetProperty("runs").GetArrayLength() == 0) return;
        renderer.Line();
        renderer.Table(new TextTable(
            [
                new("run", false), new("scenario", false), new("protocol", false), new("running"), new("ended"), new("DMAs"),
                new("invali-\ndations"), new("frames"), new("again"), new("refused"),
            ],
            [.. runs.GetProperty("runs").EnumerateArray().Select(Run)]));
    }

    private static ImmutableArray<Cell> Row(JsonElement member, JsonElement members)
    {
        var address = Text(member.GetProperty("address"));
        var status = Text(member.GetProperty("status"));
        var isReachable = member.GetProperty("reachable").GetBoolean();
        string[] marks =
        [
            .. address == Text(members.GetProperty("self")) ? ["asked"] : Array.Empty<string>(),
            .. address == Text(members.GetProperty("leader")) ? ["leader"] : Array.Empty<string>(),
        ];
        return
        [
            address, string.Join(",", member.GetProperty("roles").EnumerateArray().Select(Text)),
            new(status, status == "Up" ? Tone.Good : Tone.Plain), new(isReachable ? "yes" : "NO", isReachable ? Tone.Plain : Tone.Bad),
            new(string.Join(", ", marks), Tone.Dim),
        ];
    }

    private static ImmutableArray<Cell> Run(JsonElement run) =>
    [
        Text(run.GetProperty("run")), Text(run.GetProperty("scenario")), Text(run.GetProperty("protocol")), Number(run, "running"),
        Number(run, "ended"), Number(run, "dmas"), Number(run, "invalidations"), Number(run, "framesSent"), Number(run, "framesAgain"),
        Number(run, "framesRefused"),
    ];

    private static Cell Number(JsonElement run, string name) =>
        run.GetProperty(name).GetInt64().ToString("N0", CultureInfo.InvariantCulture);

    // What another process says is shown, not obeyed: no escape sequence of its reaches the terminal.
    private static string Text(JsonElement value) =>
        value.ValueKind == JsonValueKind.String ? string.Concat(value.GetString()!.Select(c => char.IsControl(c) ? '?' : c)) : "";
}
