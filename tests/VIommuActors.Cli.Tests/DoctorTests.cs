namespace VIommuActors.Cli.Tests;

public sealed class DoctorTests
{
    [Fact]
    public void Doctor_finds_nothing_wrong_where_runs_can_be_written_and_leaves_nothing_behind()
    {
        using var folder = new TestFolder();
        var console = new TestConsole();
        console.Variables["VIOMMU_RUNS_DIR"] = folder["runs"];
        var (code, output, _) = Tool.Run(console, "doctor", "--json");
        Assert.Equal(ExitCode.AsExpected, code);
        var document = Json.Parse(output);
        Assert.Equal(["schema", "ok", "checks"], Json.Names(document));
        Assert.True(document.GetProperty("ok").GetBoolean());
        var checks = document.GetProperty("checks").EnumerateArray().Select(check => check.GetProperty("name").GetString()!);
        Assert.Equal(["tool", "runtime", "cores", "memory", "gc", "threads", "timer", "stdout", "stderr", "scenarios", "runs folder"], checks);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void Doctor_says_that_the_runs_folder_cannot_be_written()
    {
        using var folder = new TestFolder();
        File.WriteAllText(folder["file"], "");
        var console = new TestConsole();
        console.Variables["VIOMMU_RUNS_DIR"] = folder["file"];
        var (code, output, _) = Tool.Run(console, "doctor", "--quiet");
        Assert.Equal(ExitCode.Environment, code);
        Assert.Equal(2, output.TrimEnd().Split('\n').Length);
        Assert.Matches(@"runs folder +MISSING", output);
    }
}
