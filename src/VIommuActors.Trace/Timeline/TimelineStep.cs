namespace VIommuActors.Trace.Timeline;

/// <summary>A step in its place of the merged order.</summary>
/// <param name="Process">Whose it was.</param>
/// <param name="Step">Its number there.</param>
/// <param name="TimeNs">Nanoseconds on the hypervisor's clock; never less than those of the step above.</param>
/// <param name="Cause">Number in the merged order of the step that sent the message, from 1; null when that is not known.</param>
public readonly record struct TimelineStep(int Process, long Step, long TimeNs, long? Cause);
