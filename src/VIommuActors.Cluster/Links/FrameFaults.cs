using VIommuActors.Seeds;

namespace VIommuActors.Cluster.Links;

/// <summary>What is done to frames on purpose: a share is lost, a share is doubled. Seeded; one object for each end of a link.</summary>
/// <param name="lossPerMille">0 to 1,000.</param>
/// <param name="duplicatePerMille">0 to 1,000, of those that are not lost.</param>
/// <param name="dice">The draws of this end.</param>
public sealed class FrameFaults(int lossPerMille, int duplicatePerMille, SeededRandom dice)
{
    /// <summary>How often the next frame is sent: 0, 1 or 2 times.</summary>
    public int Copies()
    {
        if (lossPerMille > 0 && dice.Next(1000) < lossPerMille) return 0;
        return duplicatePerMille > 0 && dice.Next(1000) < duplicatePerMille ? 2 : 1;
    }
}
