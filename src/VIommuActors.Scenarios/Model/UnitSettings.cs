namespace VIommuActors.Scenarios.Model;

/// <summary>The emulated unit's offer.</summary>
/// <param name="AddressWidth">Bits of an I/O virtual address: 39 or 48 (three or four table levels).</param>
/// <param name="CachingMode">CAP.CM: not-present entries may be cached too, so the driver invalidates after mapping as well.</param>
/// <param name="Drain">CAP.DRD and CAP.DWD: in-flight reads and writes can be drained by an IOTLB invalidation.</param>
/// <param name="IotlbEntries">IOTLB capacity in entries; 0: nothing is cached.</param>
/// <param name="ContextEntries">Context cache capacity in entries; 0: nothing is cached.</param>
public sealed record UnitSettings(int AddressWidth, bool CachingMode, bool Drain, int IotlbEntries, int ContextEntries);
