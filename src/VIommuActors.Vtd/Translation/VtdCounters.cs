namespace VIommuActors.Vtd.Translation;

/// <summary>What a unit's caches have done since it was built.</summary>
/// <param name="Hits">Requests that the IOTLB answered.</param>
/// <param name="Misses">Requests that it did not, those that faulted or were passed through included.</param>
/// <param name="Walks">Second-level walks.</param>
/// <param name="Entries">Translations in the IOTLB now.</param>
/// <param name="Evictions">Translations lost because the IOTLB was full.</param>
/// <param name="ContextHits">Misses of the IOTLB whose context entry was cached.</param>
/// <param name="ContextMisses">Those that read root and context table.</param>
public readonly record struct VtdCounters(
    long Hits, long Misses, long Walks, int Entries, long Evictions, long ContextHits, long ContextMisses);
