using System.Text;
using VIommuActors.Experiments.Running;
using VIommuActors.Scenarios;
using VIommuActors.Scenarios.Model;
using VIommuActors.Trace;

namespace VIommuActors.Experiments.Tests;

/// <summary>Shorthands: load a scenario with overrides, run it, keep its trace.</summary>
internal static class Fixture
{
    public static Scenario Load(string name, params string[] sets) =>
        ScenarioLoader.Load(name, sets, ScenarioRunner.MessageNames, ScenarioRunner.PartyNames);

    public static RunResult Run(Scenario scenario, string protocol, ulong seed = 1)
    {
        using var runner = new ScenarioRunner();
        return runner.Run(new RunRequest(scenario, protocol, seed));
    }

    public static (RunResult Result, byte[] Trace, string Sha256) RunTraced(Scenario scenario, string protocol, ulong seed = 1)
    {
        using var runner = new ScenarioRunner();
        return RunTraced(runner, scenario, protocol, seed);
    }

    public static (RunResult Result, byte[] Trace, string Sha256) RunTraced(ScenarioRunner runner, Scenario scenario, string protocol, ulong seed)
    {
        using var stream = new MemoryStream();
        using var writer = new TraceWriter(stream, new TraceHeader(scenario.Name, protocol, seed, "test"));
        var result = runner.Run(new RunRequest(scenario, protocol, seed, writer));
        var sha = writer.Complete();
        return (result, stream.ToArray(), sha);
    }

    /// <summary>A loaded scenario with overrides on top.</summary>
    public static LoadedScenario Reload(LoadedScenario loaded, IReadOnlyList<string> sets)
    {
        var folder = Directory.CreateTempSubdirectory("viommu-test-");
        try
        {
            var file = Path.Combine(folder.FullName, "scenario.conf");
            File.WriteAllText(file, ScenarioPrinter.Print(loaded));
            return ScenarioLoader.Resolve(file, sets, ScenarioRunner.MessageNames, ScenarioRunner.PartyNames);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>The lines of a trace behind its header.</summary>
    public static IReadOnlyList<TraceLine> Lines(byte[] trace) => new TraceReader(new MemoryStream(trace), "trace").ReadToEnd();

    /// <summary>The first line that differs, for a failure that says something.</summary>
    public static string FirstDifference(byte[] left, byte[] right)
    {
        var (a, b) = (Encoding.UTF8.GetString(left).Split('\n'), Encoding.UTF8.GetString(right).Split('\n'));
        for (var i = 0; i < Math.Min(a.Length, b.Length); i++)
        {
            if (a[i] != b[i]) return $"line {i + 1}:\n{a[i]}\n{b[i]}";
        }
        return a.Length == b.Length ? "none" : $"lengths {a.Length} and {b.Length}";
    }
}
