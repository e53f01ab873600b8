using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace VIommuActors.Cli.Tests;

/// <summary>Searches that were not finished, and searches with several threads.</summary>
public sealed class ResumeTests : IDisposable
{
    private static readonly string[] Counts = ["schedules", "steps", "distinctTraces", "longestSchedule", "violations"];
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("random")]
    [InlineData("pos")]
    [InlineData("crowd")]
    [InlineData("novel")]
    [InlineData("pct:3")]
    [InlineData("dfs")]
    [InlineData("dpor")]
    public void Two_halves_of_a_search_come_to_the_numbers_of_the_whole(string strategy)
    {
        string[] search = ["explore", "peer-1x1x1", "--strategy", strategy, "--faults", "1", "--all", "--json", "--quiet"];
        var whole = Numbers(Tool.Run([.. search, "--budget", "200-schedules", "--out", _folder["whole"]]).Out);
        var half = Tool.Run([.. search, "--budget", "90-schedules", "--out", _folder["half"]]).Out;
        // What was found so far is written; what is left is kept beside it or instead.
        Assert.NotEqual(whole, Numbers(half));
        var saved = _folder["half/search.json"];
        Assert.True(File.Exists(saved), half);

        var (_, rest, _) = Tool.Run("explore", "--resume", saved, "--budget", "200-schedules", "--json", "--quiet", "--out", _folder["rest"]);

        Assert.Equal(whole, Numbers(rest));
    }

    [Theory]
    [InlineData("random", false)]
    [InlineData("pos", false)]
    [InlineData("pos", true)]
    [InlineData("crowd", false)]
    public void Three_workers_come_to_the_numbers_of_one(string strategy, bool stops)
    {
        string[] search =
        [
            "explore", "peer-1x1x1", "--protocol", stops ? "translate" : "drain", "--strategy", strategy, "--faults", stops ? "0" : "1",
            "--budget", "300-schedules", "--json", "--quiet", .. stops ? Array.Empty<string>() : ["--all"],
        ];
        var one = Tool.Run([.. search, "--out", _folder["one"]]).Out;
        var three = Tool.Run([.. search, "--out", _folder["three"], "--workers", "3"]).Out;
        Assert.Equal(Numbers(one), Numbers(three));
        var (first, second) = (Json.Parse(one).GetProperty("violation"), Json.Parse(three).GetProperty("violation"));
        Assert.Equal(first.GetProperty("schedule").GetInt64(), second.GetProperty("schedule").GetInt64());
        Assert.Equal(File.ReadAllText(_folder["one/trace.jsonl"]), File.ReadAllText(_folder["three/trace.jsonl"]));
    }

    [Fact]
    public void An_interrupted_search_prints_the_command_that_goes_on()
    {
        using var interrupt = new CancellationTokenSource();
        interrupt.Cancel();
        var (code, output, _) = Tool.Run(
            Tool.Plausible, ["explore", "peer-1x1x1", "--out", _folder["out"]], cancel: interrupt.Token);
        Assert.Equal(ExitCode.Interrupted, code);
        Assert.EndsWith($"viommu explore --resume {_folder["out/search.json"]}\n", output, StringComparison.Ordinal);
        var (again, rest, _) = Tool.Run("explore", "--resume", _folder["out/search.json"], "--budget", "20-schedules", "--json", "--quiet");
        Assert.Equal(ExitCode.AsExpected, again);
        Assert.Equal(20, Json.Parse(rest).GetProperty("schedules").GetInt64());
    }

    [Theory]
    [InlineData("dpor")]
    [InlineData("novel")]
    [InlineData("pct:3")]
    public void A_strategy_that_remembers_has_one_worker(string strategy)
    {
        var (code, _, error) = Tool.Run("explore", "peer-1x1x1", "--strategy", strategy, "--workers", "2");
        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("--workers", error, StringComparison.Ordinal);
        Assert.Contains("accepted: 1, or --strategy random, pos or crowd", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--workers", "0")]
    [InlineData("--workers", "many")]
    [InlineData("--resume", "nowhere.json")]
    public void What_is_no_number_of_workers_or_no_saved_search_is_told(string option, string value)
    {
        var (code, _, error) = Tool.Run("explore", "peer-1x1x1", option, value);
        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("accepted: ", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_resumed_search_takes_no_other_scenario_strategy_or_seed()
    {
        Tool.Run("explore", "peer-1x1x1", "--budget", "5-schedules", "--out", _folder["out"], "--quiet");
        var saved = _folder["out/search.json"];
        foreach (var extra in new[] { new[] { "peer-1x1x2" }, ["--strategy", "dfs"], ["--seed", "3"], ["--all"], ["--set", "workload.rounds=2"] })
        {
            var (code, _, error) = Tool.Run(["explore", "--resume", saved, .. extra]);
            Assert.Equal(ExitCode.Usage, code);
            Assert.Contains("--resume", error, StringComparison.Ordinal);
        }
        File.WriteAllText(saved, "{\"schema\":\"viommu.search/1\"}");
        Assert.Equal(ExitCode.Usage, Tool.Run("explore", "--resume", saved).Code);
        File.WriteAllText(saved, "not JSON");
        Assert.Equal(ExitCode.Usage, Tool.Run("explore", "--resume", saved).Code);
    }

    [Fact]
    public void A_search_that_went_on_and_did_not_end_is_kept_where_it_came_from()
    {
        var saved = _folder["out/search.json"];
        Tool.Run("explore", "peer-1x1x1", "--strategy", "dpor", "--budget", "20-schedules", "--out", _folder["out"], "--quiet");
        var (_, output, _) = Tool.Run("explore", "--resume", saved, "--budget", "50-schedules");
        Assert.EndsWith($"viommu explore --resume {saved}\n", output, StringComparison.Ordinal);
        var (_, rest, _) = Tool.Run("explore", "--resume", saved, "--budget", "50-schedules", "--json", "--quiet");
        Assert.Equal(50, Json.Parse(rest).GetProperty("schedules").GetInt64());
    }

    [Fact]
    public void A_budget_that_the_search_has_already_spent_is_refused()
    {
        Tool.Run("explore", "peer-1x1x1", "--budget", "20-schedules", "--out", _folder["out"], "--quiet");
        var (code, output, error) = Tool.Run("explore", "--resume", _folder["out/search.json"], "--budget", "10-schedules");
        Assert.Equal((ExitCode.Usage, ""), (code, output));
        Assert.Contains("the search has had 20 schedules", error, StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_searched_is_told_before_the_first_line()
    {
        var (code, output, _) = Tool.Run("explore", "peer-1x1x1", "--strategy", "dpor", "--workers", "2");
        Assert.Equal((ExitCode.Usage, ""), (code, output));
    }

    /// <summary>Every field, changed and taken away: with the digest that was written, and with one that fits the change.</summary>
    [Theory]
    [InlineData("schema", "\"viommu.search/1\"")]
    [InlineData("tool", "\"0.0.1\"")]
    [InlineData("asked", "\"peer-1x1x2\"")]
    [InlineData("asked", null)]
    [InlineData("sets", "[null]")]
    [InlineData("protocol", "\"magic\"")]
    [InlineData("seed", "2")]
    [InlineData("strategy", "\"dfs\"")]
    [InlineData("strategy", "\"pct:900\"")]
    [InlineData("faults", "-3")]
    [InlineData("faults", "1000000000")]
    [InlineData("faultKinds", "\"gremlins\"")]
    [InlineData("mutant", "\"none-such\"")]
    [InlineData("all", "7")]
    [InlineData("conf", "\"rounds = 2\"")]
    [InlineData("exploration", null)]
    [InlineData("exploration", "\"{}\"")]
    [InlineData("digest", "\"00\"")]
    [InlineData("digest", null)]
    public void A_saved_search_that_was_changed_is_refused_with_file_and_reason(string field, string? value)
    {
        var saved = _folder["out/search.json"];
        Tool.Run("explore", "peer-1x1x1", "--budget", "5-schedules", "--out", _folder["out"], "--quiet");
        var json = JsonNode.Parse(File.ReadAllText(saved))!.AsObject();
        json.Remove(field);
        if (value is not null)
        {
            json[field] = JsonNode.Parse(value);
        }
        Refused();
        if (field is "digest" or "asked" && (value is not null || field == "digest"))
        {
            return; // only the digest can tell
        }
        json.Remove("digest");
        json["digest"] = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(json.ToJsonString())));
        Refused();

        void Refused()
        {
            File.WriteAllText(saved, json.ToJsonString());
            var (code, output, error) = Tool.Run("explore", "--resume", saved, "--budget", "9-schedules", "--quiet");
            Assert.Equal((ExitCode.Usage, ""), (code, output));
            Assert.Contains(saved, error, StringComparison.Ordinal);
            Assert.Contains("not a search that can go on: ", error, StringComparison.Ordinal);
        }
    }

    private static string Numbers(string document)
    {
        var json = JsonDocument.Parse(document).RootElement;
        return string.Join(' ', Counts.Select(name => $"{name}={json.GetProperty(name)}"));
    }
}
