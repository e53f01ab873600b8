namespace VIommuActors.Simulation;

/// <summary>A lane with messages.</summary>
/// <param name="Lane">The lane.</param>
/// <param name="Cause">The step that sent its first message; 0 = from outside a step.</param>
/// <param name="Arrived"><see cref="SimKernel.Instants"/> when its first message arrived.</param>
public readonly record struct WaitingLane(LaneId Lane, long Cause, long Arrived);
