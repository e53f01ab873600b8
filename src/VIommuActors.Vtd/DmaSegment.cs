namespace VIommuActors.Vtd;

/// <summary>A contiguous piece of a DMA request, in I/O virtual addresses.</summary>
/// <param name="Address">First byte.</param>
/// <param name="Bytes">Length, at least 1.</param>
/// <param name="IsWrite">Device to memory.</param>
public readonly record struct DmaSegment(Iova Address, int Bytes, bool IsWrite);
