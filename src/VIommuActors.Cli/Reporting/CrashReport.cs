using System.Globalization;
using VIommuActors.Cli.Terminal;

namespace VIommuActors.Cli.Reporting;

/// <summary>What is left of an internal error: a file with everything a bug report needs, and one line for the user.</summary>
internal static class CrashReport
{
    /// <summary>Writes the report and names it.</summary>
    public static ExitCode Write(IToolConsole console, bool json, IReadOnlyList<string> args, TimeProvider clock, Exception problem)
    {
        var stamp = clock.GetUtcNow().ToString("yyyyMMdd'T'HHmmssfff", CultureInfo.InvariantCulture);
        var path = Path.Combine(Path.GetTempPath(), $"viommu-{stamp}-{Environment.ProcessId}.txt");
        string where;
        try
        {
            File.WriteAllText(
                path, $"viommu {ToolVersion.Full}\nruntime {ToolVersion.Runtime}\ncommand viommu {string.Join(' ', args)}\n\n{problem}\n");
            where = $"report: {path}";
        }
        catch (Exception writing) when (writing is IOException or UnauthorizedAccessException)
        {
            where = $"the report could not be written to {path}";
        }
        return ErrorReport.Write(console, json, ExitCode.Internal,
            [new("viommu", 0, 0, "", "", $"internal error: {problem.GetType().Name}: {FirstLine(problem.Message)}; {where}", "")]);
    }

    private static string FirstLine(string text) => text.Split('\n')[0].TrimEnd('\r');
}
