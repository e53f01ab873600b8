namespace VIommuActors.Conformance.Tests.Cases;

/// <summary>All written cases.</summary>
public static class Catalogue
{
    /// <summary>In the order of the subjects.</summary>
    public static IEnumerable<Case> All =>
        RegisterCases.All.Concat(QueueCases.All).Concat(FaultCases.All).Concat(CacheCases.All).Concat(InterruptCases.All).Concat(PlatformCases.All);
}
