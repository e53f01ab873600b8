using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using VIommuActors.Cli.Input;
using VIommuActors.Cli.Reporting;
using VIommuActors.Cli.Running;
using VIommuActors.Experiments.Exploring;
using VIommuActors.Exploration;
using VIommuActors.Exploration.Strategies;
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

    private const string Schema = "viommu.search/2", DigestField = "digest";

    /// <summary>Writes a file that <see cref="Read"/> takes.</summary>
    public static void Write(string file, SearchPlan plan, ExploreCheckpoint checkpoint)
    {
        var setup = plan.Setup;
        var json = new JsonObject
        {
            ["schema"] = Schema,
            ["tool"] = ToolVersion.Full,
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
        json[DigestField] = DigestOf(json);
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
            return Of(Whole(File.ReadAllText(file)));
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException or ArgumentException
            or OverflowException or ScenarioException or IOException or UnauthorizedAccessException)
        {
            throw Wrong(file, e.Message);
        }
        catch (ToolException e)
        {
            throw Wrong(file, e.Errors[0].Message);
        }
        catch (UnsupportedSearchException e)
        {
            throw Wrong(file, $"{e.Key} = {e.Value}: {e.Message}; accepted: {e.Accepted}");
        }
    }

    /// <summary>The document, if it is one and as it was written, by this very tool.</summary>
    /// <exception cref="FormatException">It is not.</exception>
    private static JsonObject Whole(string text)
    {
        if (JsonNode.Parse(text) is not JsonObject json || (string?)json["schema"] != Schema)
        {
            throw new FormatException($"no field schema with \"{Schema}\"");
        }
        // Another build may take other steps for the same choices: its counts cannot be added to.
        if ((string?)json["tool"] != ToolVersion.Full)
        {
            throw new FormatException($"it is of version {json["tool"]}, this is {ToolVersion.Full}");
        }
        var digest = (string?)json[DigestField];
        json.Remove(DigestField);
        return digest == DigestOf(json) ? json : throw new FormatException("it was changed after it was written: its digest is another");
    }

    /// <summary>Digest of all fields but that of the digest itself.</summary>
    private static string DigestOf(JsonObject json) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(json.ToJsonString())));

    private static SavedSearch Of(JsonObject json)
    {
        JsonNode Field(string name) => json[name] ?? throw new FormatException($"no field {name}");
        var all = (bool)Field("all");
        var strategy = (string)Field("strategy")!;
        var header = new TraceHeader(
            (string)Field("asked")!, ScenarioInput.ProtocolOf((string)Field("protocol")!), (ulong)Field("seed"), "",
            new TraceSearch(strategy, (int)Field("faults"), (string)Field("conf")!, [])
            {
                FaultKinds = (string?)json["faultKinds"],
                FaultsOn = (string?)json["faultsOn"],
                Mutant = (string?)json["mutant"],
                Stops = !all,
            });
        var setup = SearchSetup.Of(ScenarioText.Load(header.Search!.Conf, []), header);
        var sets = Field("sets").AsArray().Select(set => (string?)set ?? throw new FormatException("an element of sets is null"));
        var checkpoint = ExploreCheckpoint.Parse((string)Field("exploration")!);
        checkpoint.Check(Strategy.Parse(strategy, setup.Seed));
        return new SavedSearch(new SearchPlan(setup, header.Scenario, [.. sets], strategy, Budget.Default, all, 1), checkpoint);
    }

    private static ToolException Wrong(string file, string why) => ToolException.Usage(
        "--resume", file, $"not a search that can go on: {why.TrimEnd('.')}", $"a {FileName} that `viommu explore` left");
}
