using VIommuActors.Wire.Messages;

namespace VIommuActors.Cluster.Runs;

/// <summary>A run to be done.</summary>
/// <param name="Definition">What its machines are.</param>
/// <param name="Hypervisors">Nodes of that role to wait for before machines start, at least 1.</param>
/// <param name="DeviceModels">The same for device models.</param>
/// <param name="Duration">After which guests end with the round that they are in; null: when they have done all their rounds.</param>
public sealed record RunOrder(DefineRun Definition, int Hypervisors, int DeviceModels, TimeSpan? Duration);
