using VIommuActors.Q35.Board;

namespace VIommuActors.Q35;

/// <summary>A q35 machine whose unit and devices are actors in virtual time.</summary>
public static class Q35Machine
{
    /// <summary>Builds a machine and switches it on.</summary>
    /// <exception cref="PlatformOptionsException">The options ask for what a machine cannot be.</exception>
    public static IPlatform Create(PlatformOptions options) => new BoardPlatform(options);
}
