namespace VIommuActors.Scenarios.Model;

/// <summary>Equal devices.</summary>
/// <param name="Kind">What DMA they do.</param>
/// <param name="Count">How many there are in each guest, at least one.</param>
/// <param name="InFlight">DMA requests one device works on at once.</param>
/// <param name="VIommu">Index of the unit they sit behind, from 0.</param>
public sealed record DeviceGroup(DeviceKind Kind, int Count, int InFlight, int VIommu);
