namespace VIommuActors.Experiments.Exploring;

/// <summary>What may go wrong in a search.</summary>
/// <param name="Budget">How many faults.</param>
/// <param name="KindsText">Kinds.</param>
/// <param name="OnText">Where.</param>
public sealed record SearchFaults(int Budget, string? KindsText = null, string? OnText = null)
{
    /// <summary>Nothing.</summary>
    public static SearchFaults None { get; } = new(0);

    /// <summary>Parses.</summary>
    public static SearchFaults Parse(int budget, string kinds, string on) => new(budget, kinds, on);
}
