using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using VIommuActors.Cli.Input;
using VIommuActors.Cli.Reporting;
using VIommuActors.Cli.Running;
using VIommuActors.Experiments.Exploring;
using VIommuActors.Exploration;
using VIommuActors.Scenarios;
using VIommuActors.Trace;

namespace VIommuActors.Cli.Exploring;

/// <summary>
/// A search that was not finished: what it was of, and how far it had come. Going on gives the numbers of one that never stopped.
/// </summary>
/// <param name="Plan">What was asked for.</param>
/// <param name="Checkpoint">The strategy's memory and the counts.</param>
internal sealed record SavedSearch(SearchPlan Plan, ExploreCheckpoint Checkpoint)
{
    /// <summary>Its name in a folder of artefacts.</summary>
    public const string FileName = "search.json";

    private const string Schema = "viommu.search/1";

    /// <summary>Writes a file that <see cref="Read"/> takes.</summary>
    public static void Write(string file, SearchPlan plan, ExploreCheckpoint checkpoint)
    {
        var setup = plan.Setup;
        var json = new JsonObject
        {
            ["schema"] = Schema,
            ["tool"] = ToolVersion.Number,
            ["asked"] = plan.Asked,
            ["sets"] = new JsonArray([.. plan.Sets.Select(set => (JsonNode)set)]),
            ["protocol"] = setup.Protocol,
            ["seed"] = setup.Seed,
            ["strategy"] = plan.Strategy,
            ["faults"] = setup.Faults.Budget,
            ["faultKinds"] = setup.Faults.KindsText,
            ["faultsOn"] = setup.Faults.OnText,
            ["mutant"] = setup.Mutant?.Name,
            ["all"] = plan.All,
            ["conf"] = ScenarioPrinter.Print(setup.Loaded),
            ["exploration"] = checkpoint.ToJson(),
        };
        AtomicFile.WriteText(file, json.ToJsonString() + "\n");
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="ToolException">The file is not there, or something else.</exception>
    public static SavedSearch Read(string file)
    {
        if (!File.Exists(file))
        {
            throw ToolException.Usage("--resume", file, "there is no such file", $"a {FileName} that `viommu explore` left");
        }
        try
        {
            var json = JsonNode.Parse(File.ReadAllText(file)) as JsonObject;
            if ((string?)json?["schema"] != Schema)
            {
                throw Wrong(file, $"no field schema with \"{Schema}\"");
            }
            return Of(json!);
        }
        catch (Exception e) when (
            e is JsonException or FormatException or InvalidOperationException or NullReferenceException or ScenarioException)
        {
            throw Wrong(file, e.Message);
        }
        catch (UnsupportedSearchException e)
        {
            throw Wrong(file, $"{e.Key} = {e.Value}: {e.Message}; accepted: {e.Accepted}");
        }
    }

    private static SavedSearch Of(JsonObject json)
    {
        var all = (bool)json["all"]!;
        var strategy = (string)json["strategy"]!;
        var header = new TraceHeader(
            (string)json["asked"]!, ScenarioInput.ProtocolOf((string)json["protocol"]!), (ulong)json["seed"]!, "",
            new TraceSearch(strategy, (int)json["faults"]!, (string)json["conf"]!, [])
            {
                FaultKinds = (string?)json["faultKinds"],
                FaultsOn = (string?)json["faultsOn"],
                Mutant = (string?)json["mutant"],
                Stops = !all,
            });
        var setup = SearchSetup.Of(ScenarioText.Load(header.Search!.Conf, []), header);
        var sets = json["sets"]!.AsArray().Select(set => (string)set!).ToImmutableArray();
        return new SavedSearch(
            new SearchPlan(setup, header.Scenario, sets, strategy, Budget.Default, all, 1),
            ExploreCheckpoint.Parse((string)json["exploration"]!));
    }

    private static ToolException Wrong(string file, string why) =>
        ToolException.Usage("--resume", file, $"not a search that can go on: {why}", $"a {FileName} that `viommu explore` left");
}
