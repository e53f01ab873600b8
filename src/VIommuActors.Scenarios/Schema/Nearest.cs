namespace VIommuActors.Scenarios.Schema;

/// <summary>Suggests what a misspelt word was meant to be.</summary>
public static class Nearest
{
    // Longer words are not typing errors, and the distance costs time squared.
    private const int MaxLength = 64;

    /// <summary>The candidate with the fewest letters to change, the first of equals; null when none is near.</summary>
    public static string? To(string word, IReadOnlyCollection<string> candidates)
    {
        if (word.Length > MaxLength)
        {
            return null;
        }
        string? best = null;
        var bestDistance = 1 + Math.Max(1, word.Length / 3);
        foreach (var candidate in candidates)
        {
            var distance = Distance(word.ToUpperInvariant(), candidate.ToUpperInvariant());
            if (distance < bestDistance)
            {
                (best, bestDistance) = (candidate, distance);
            }
        }
        // timing for timing-ns: far in letters, near in mind.
        return best ?? (word.Length < 3 ? null : candidates.FirstOrDefault(c => c.StartsWith(word, StringComparison.OrdinalIgnoreCase)));
    }

    /// <summary><c> (did you mean X?)</c> with a space in front, to end a sentence with; empty when none is near.</summary>
    public static string Hint(string word, IReadOnlyCollection<string> candidates) =>
        To(word, candidates) is { } near ? $" (did you mean {near}?)" : "";

    // Insertions, deletions, replacements and swaps of neighbours, each at cost one.
    private static int Distance(string a, string b)
    {
        var d = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            for (var j = 0; j <= b.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    d[i, j] = i + j;
                    continue;
                }
                var same = a[i - 1] == b[j - 1] ? 0 : 1;
                d[i, j] = Math.Min(Math.Min(d[i - 1, j] + 1, d[i, j - 1] + 1), d[i - 1, j - 1] + same);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
                }
            }
        }
        return d[a.Length, b.Length];
    }
}
