namespace VIommuActors.RealTime.Scaling;

/// <summary>How far a run had come at a moment. Counts are of all guests since the measured window began.</summary>
/// <param name="AtNs">Nanoseconds since then.</param>
/// <param name="Dmas">DMA requests that devices have ended.</param>
/// <param name="Invalidations">Invalidations seen complete.</param>
/// <param name="Messages">Messages between parties.</param>
public readonly record struct ScaleSample(long AtNs, long Dmas, long Invalidations, long Messages);
