namespace VIommuActors.Cli.Input;

/// <summary>Commands that a user can paste into a shell.</summary>
internal static class CommandText
{
    /// <summary>The command that does one run again.</summary>
    public static string Run(string scenario, IEnumerable<string> sets, string protocol, ulong seed) => string.Join(' ',
        [
            "viommu run", Quote(scenario), "--protocol", protocol, "--seed", Seed.Hex(seed),
            .. sets.Select(set => "--set " + Quote(set)),
        ]);

    /// <summary>The word as a POSIX shell reads it back.</summary>
    public static string Quote(string word) =>
        word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || "-_./=:,+@%".Contains(c, StringComparison.Ordinal))
        ? word
        : $"'{word.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
