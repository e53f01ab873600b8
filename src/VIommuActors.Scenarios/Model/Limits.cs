namespace VIommuActors.Scenarios.Model;

/// <summary>Bounds of one run: it ends, and says so, when either is reached.</summary>
/// <param name="Steps">Messages handled.</param>
/// <param name="VirtualNs">Virtual nanoseconds.</param>
public sealed record Limits(long Steps, long VirtualNs);
