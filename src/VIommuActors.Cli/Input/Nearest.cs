namespace VIommuActors.Cli.Input;

/// <summary>Finds the word that a mistyped one was meant to be.</summary>
internal static class Nearest
{
    private const int LongestWord = 40;

    /// <summary>
    /// The candidate with the fewest wrong letters, if those are at most a third of the word; null when none is that near.
    /// </summary>
    public static string? To(string word, IEnumerable<string> candidates) => word.Length > LongestWord ? null : candidates
        .Select(candidate => (candidate, wrong: WrongLetters(word, candidate)))
        .Where(pair => pair.wrong <= Math.Max(1, pair.candidate.Length / 3))
        .OrderBy(pair => pair.wrong)
        .Select(pair => pair.candidate)
        .FirstOrDefault();

    /// <summary><c> (did you mean X?)</c>, or nothing.</summary>
    public static string Hint(string word, IEnumerable<string> candidates) =>
        To(word, candidates) is { } near ? $" (did you mean {near}?)" : "";

    // Edit distance row by row; cost[i, j] turns the first i letters of the word into the first j of the candidate.
    // Neighbours that changed places are one wrong letter.
    private static int WrongLetters(string word, string candidate)
    {
        var cost = new int[word.Length + 1, candidate.Length + 1];
        for (var i = 0; i <= word.Length; i++)
        {
            for (var j = 0; j <= candidate.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    cost[i, j] = i + j;
                    continue;
                }
                var replaced = cost[i - 1, j - 1] + (word[i - 1] == candidate[j - 1] ? 0 : 1);
                cost[i, j] = Math.Min(replaced, 1 + Math.Min(cost[i - 1, j], cost[i, j - 1]));
                if (i > 1 && j > 1 && word[i - 1] == candidate[j - 2] && word[i - 2] == candidate[j - 1])
                {
                    cost[i, j] = Math.Min(cost[i, j], 1 + cost[i - 2, j - 2]);
                }
            }
        }
        return cost[word.Length, candidate.Length];
    }
}
