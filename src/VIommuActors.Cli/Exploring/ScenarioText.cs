using VIommuActors.Cli.Input;
using VIommuActors.Scenarios;

namespace VIommuActors.Cli.Exploring;

/// <summary>Loads a scenario from text, as a trace carries it.</summary>
internal static class ScenarioText
{
    /// <summary>Loads it with overrides on top; paths in it are absolute or embedded.</summary>
    /// <exception cref="ScenarioException">It is no scenario.</exception>
    public static LoadedScenario Load(string text, IReadOnlyList<string> sets)
    {
        var folder = Directory.CreateTempSubdirectory("viommu-scenario-");
        try
        {
            var file = Path.Combine(folder.FullName, "scenario.conf");
            File.WriteAllText(file, text);
            return ScenarioInput.Load(file, sets);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
