using VIommuActors.Seeds;

namespace VIommuActors.Simulation;

/// <summary>Every enabled lane with the same probability.</summary>
/// <param name="random">The stream that decides; give it to nobody else.</param>
public sealed class RandomChoice(SeededRandom random) : IChoice
{
    private const string Purpose = "choice";

    /// <summary>A uniform strategy on the stream "choice" of a seed.</summary>
    public RandomChoice(ulong seed)
        : this(new SeededRandom(seed).Derive(Purpose))
    {
    }

    /// <summary>Goes on as a new one of this seed would.</summary>
    public void Restart(ulong seed) => random.Restart(SeededRandom.DeriveSeed(seed, Purpose));

    /// <inheritdoc/>
    public bool NeedsLanes => false;

    /// <inheritdoc/>
    public int Next(ReadOnlySpan<LaneId> enabled) => random.Next(enabled.Length);

    /// <inheritdoc/>
    public int Next(int count) => random.Next(count);
}
