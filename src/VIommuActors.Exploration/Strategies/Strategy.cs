using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace VIommuActors.Exploration.Strategies;

/// <summary>Strategies by name.</summary>
public static class Strategy
{
    /// <summary>What <see cref="TryParse"/> accepts, for messages.</summary>
    public const string Accepted = "random, pct:D (D from 1 to 64), pos, crowd, novel, dfs, dpor";

    /// <summary>A new strategy from its name.</summary>
    /// <param name="text">One of <see cref="Accepted"/>.</param>
    /// <param name="seed">Decides the schedules of random, pct, pos, crowd and novel.</param>
    /// <param name="strategy">The strategy.</param>
    public static bool TryParse(string text, ulong seed, [NotNullWhen(true)] out IStrategy? strategy)
    {
        strategy = text switch
        {
            "random" => new RandomStrategy(seed),
            "pos" => new PosStrategy(seed),
            "crowd" => new CrowdStrategy(seed),
            "novel" => new NovelStrategy(seed),
            "dfs" => new DfsStrategy(),
            "dpor" => new DporStrategy(),
            _ when text.StartsWith("pct:", StringComparison.Ordinal)
                && int.TryParse(text.AsSpan(4), NumberStyles.None, CultureInfo.InvariantCulture, out int depth)
                && depth is >= 1 and <= PctStrategy.MaxDepth => new PctStrategy(depth, seed),
            _ => null,
        };
        return strategy is not null;
    }

    /// <summary>A new strategy from its name.</summary>
    /// <exception cref="FormatException">The name is not one of <see cref="Accepted"/>.</exception>
    public static IStrategy Parse(string text, ulong seed = 0) =>
        TryParse(text, seed, out var strategy) ? strategy : throw new FormatException($"Strategy \"{text}\" is none of: {Accepted}.");
}
