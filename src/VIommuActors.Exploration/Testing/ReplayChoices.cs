using System.Globalization;

namespace VIommuActors.Exploration.Testing;

/// <summary>Reads <see cref="ActorExploration.ReplayVariable"/>.</summary>
internal static class ReplayChoices
{
    private const int Most = 10_000_000;

    /// <summary>The choices that are meant for a program; null when none are.</summary>
    /// <exception cref="FormatException">They are not choices.</exception>
    public static IReadOnlyList<int>? Of(string? variable, string name)
    {
        if (string.IsNullOrEmpty(variable))
        {
            return null;
        }

        // A name may hold anything, choices hold no equals sign.
        int equals = variable.LastIndexOf('=');
        if (equals >= 0 && variable[..equals] != name)
        {
            return null;
        }

        string text = variable[(equals + 1)..];
        if (text.Length == 0)
        {
            return [];
        }

        string[] parts = text.Split(',', Most + 1);
        int[] choices = new int[parts.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            if (!int.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out choices[i]))
            {
                string found = parts[i].Length > 40 ? parts[i][..40] + "..." : parts[i];
                throw new FormatException(
                    $"{ActorExploration.ReplayVariable}: choice {i + 1} is \"{found}\"; accepted are numbers from 0 up with commas "
                    + $"between them, such as 0,1,2, or {name}=0,1,2 for this program alone.");
            }
        }

        return choices;
    }
}
