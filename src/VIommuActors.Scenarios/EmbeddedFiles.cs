using System.Collections.Immutable;
using System.Reflection;

namespace VIommuActors.Scenarios;

/// <summary>The files of <c>hocon/</c> that travel inside this assembly.</summary>
internal static class EmbeddedFiles
{
    private const string Scenarios = "scenarios/", ScenarioEnd = ".conf", Traces = "traces/", TraceEnd = ".trace.gz";

    private static readonly Assembly Home = typeof(EmbeddedFiles).Assembly;

    /// <summary>Scenario names in ordinal order.</summary>
    public static ImmutableArray<string> ScenarioNames { get; } = NamesOf(Scenarios, ScenarioEnd);

    /// <summary>Recording names in ordinal order.</summary>
    public static ImmutableArray<string> TraceNames { get; } = NamesOf(Traces, TraceEnd);

    /// <summary>reference.conf.</summary>
    public static string ReferenceText => Text("reference.conf");

    /// <summary>How errors name an embedded scenario: where it stands in the source tree.</summary>
    public static string ScenarioPath(string name) => $"hocon/{Scenarios}{name}{ScenarioEnd}";

    /// <summary>The text of a scenario, null when there is none of that name.</summary>
    public static string? ScenarioText(string name) => ScenarioNames.Contains(name) ? Text(Scenarios + name + ScenarioEnd) : null;

    /// <summary>The compressed recording, null when there is none of that name.</summary>
    public static Stream? OpenTrace(string name) =>
        TraceNames.Contains(name) ? Home.GetManifestResourceStream(Traces + name + TraceEnd) : null;

    private static ImmutableArray<string> NamesOf(string folder, string end) =>
    [
        .. Home.GetManifestResourceNames()
            .Where(n => n.StartsWith(folder, StringComparison.Ordinal) && n.EndsWith(end, StringComparison.Ordinal))
            .Select(n => n[folder.Length..^end.Length])
            .Order(StringComparer.Ordinal),
    ];

    private static string Text(string resource)
    {
        using var reader = new StreamReader(Home.GetManifestResourceStream(resource)!);
        return reader.ReadToEnd();
    }
}
