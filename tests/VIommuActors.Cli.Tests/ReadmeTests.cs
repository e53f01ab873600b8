using System.Text;

namespace VIommuActors.Cli.Tests;

/// <summary>
/// What the README shows is what the tool prints: each <c>console</c> block holds commands behind <c>$</c> and, below each, its output.
/// With VIOMMU_UPDATE_README=1 the blocks are written instead of compared, to be reviewed as a diff.
/// </summary>
public sealed class ReadmeTests
{
    [Fact]
    public void Every_console_block_of_the_readme_is_what_the_tool_prints()
    {
        var path = Path.Combine(Root(), "README.md");
        var written = File.ReadAllText(path);

        var actual = Rewrite(written);

        if (Environment.GetEnvironmentVariable("VIOMMU_UPDATE_README") == "1") File.WriteAllText(path, actual);
        else Assert.Equal(written, actual);
        Assert.True(CommandsIn(written) >= 7, "the tour has lost its commands");
    }

    [Fact]
    public void The_readmes_two_commands_name_projects_that_exist()
    {
        var readme = File.ReadAllText(Path.Combine(Root(), "README.md"));

        Assert.Contains("dotnet run -c Release --project src/VIommuActors.Cli -- compare", readme, StringComparison.Ordinal);
        Assert.Contains("dotnet test -c Release", readme, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(Root(), "src/VIommuActors.Cli/VIommuActors.Cli.csproj")));
        Assert.Contains("dotnet test -c Release", File.ReadAllText(Path.Combine(Root(), ".ci/run")), StringComparison.Ordinal);
    }

    private static string Rewrite(string readme)
    {
        var output = new StringBuilder();
        var block = false;
        foreach (var line in readme.TrimEnd('\n').Split('\n'))
        {
            if (block && line != "```")
            {
                // Old output is left out; commands stay and are followed by what they print now.
                if (line.StartsWith("$ ", StringComparison.Ordinal)) output.Append(line).Append('\n').Append(OutputOf(line[2..]));
                continue;
            }
            if (line == "```console") block = true;
            else if (line == "```") block = false;
            output.Append(line).Append('\n');
        }
        return output.ToString();
    }

    private static string OutputOf(string command)
    {
        var words = Split(command);
        Assert.Equal("viommu", words[0]);
        using var console = new TestConsole();
        ViommuTool.Run(words[1..], console);
        var text = console.OutText.Length > 0 ? console.OutText : console.ErrorText;
        return text.TrimEnd('\n') + "\n";
    }

    private static List<string> Split(string command)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var quoted = false;
        foreach (var c in command)
        {
            if (c == '"') quoted = !quoted;
            else if (c == ' ' && !quoted)
            {
                words.Add(word.ToString());
                word.Clear();
            }
            else word.Append(c);
        }
        words.Add(word.ToString());
        return words;
    }

    private static int CommandsIn(string readme) => readme.Split('\n').Count(line => line.StartsWith("$ viommu ", StringComparison.Ordinal));

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "VIommuActors.sln"))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("The tests run outside of the checkout.");
    }
}
