using VIommuActors.Experiments.Exploring;

namespace VIommuActors.Cli.Input;

/// <summary>Commands that a user can paste into a shell.</summary>
internal static class CommandText
{
    /// <summary>The command that does one run again.</summary>
    public static string Run(
        string scenario, IEnumerable<string> sets, string protocol, ulong seed, string? plan = null) => string.Join(' ',
        [
            "viommu run", ShellWord.Quote(scenario), "--protocol", protocol, "--seed", Seed.Hex(seed),
            .. sets.Select(set => "--set " + ShellWord.Quote(set)),
            .. plan is null ? Enumerable.Empty<string>() : ["--plan", ShellWord.Quote(plan)],
        ]);
}
