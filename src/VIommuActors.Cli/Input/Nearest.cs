namespace VIommuActors.Cli.Input;

/// <summary>Finds the word that a mistyped one was meant to be.</summary>
internal static class Nearest
{
    private const int LongestWord = 40;

    /// <summary>The candidate with the fewest wrong letters, if those are at most a third of the word; null when none is that near.</summary>
    public static string? To(string word, IEnumerable<string> candidates) => word.Length > LongestWord ? null : candidates
        .Select(candidate => (candidate, wrong: WrongLetters(word, candidate)))
        .Where(pair => pair.wrong <= Math.Max(1, pair.candidate.Length / 3))
        .OrderBy(pair => pair.wrong)
        .Select(pair => pair.candidate)
        .FirstOrDefault();

    /// <summary><c> (did you mean X?)</c>, or nothing.</summary>
    public static string Hint(string word, IEnumerable<string> candidates) =>
        To(word, candidates) is { } near ? $" (did you mean {near}?)" : "";

    // Edit distance row by row: above[j] is the cost of turning the letters before this one into the first j of the candidate.
    private static int WrongLetters(string word, string candidate)
    {
        var above = Enumerable.Range(0, candidate.Length + 1).ToArray();
        foreach (var letter in word)
        {
            var row = new int[above.Length];
            row[0] = above[0] + 1;
            for (var j = 1; j < row.Length; j++)
            {
                var replaced = above[j - 1] + (letter == candidate[j - 1] ? 0 : 1);
                row[j] = Math.Min(replaced, 1 + Math.Min(above[j], row[j - 1]));
            }
            above = row;
        }
        return above[^1];
    }
}
