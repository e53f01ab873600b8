namespace VIommuActors.Experiments.Exploring;

/// <summary>Words of commands that a user can paste into a shell.</summary>
public static class ShellWord
{
    /// <summary>The word as a POSIX shell reads it back.</summary>
    public static string Quote(string word) =>
        word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || "-_./=:,+@%".Contains(c, StringComparison.Ordinal))
        ? word
        : $"'{word.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
