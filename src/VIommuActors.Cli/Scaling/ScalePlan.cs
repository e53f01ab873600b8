using VIommuActors.Cli.Running;
using VIommuActors.RealTime.Scaling;

namespace VIommuActors.Cli.Scaling;

/// <summary>A run of many guests that was asked for.</summary>
/// <param name="Request">What to run.</param>
/// <param name="Duration">Length of the measured window; null: until the guests have done their rounds.</param>
/// <param name="Manifest">How to do it again.</param>
internal sealed record ScalePlan(ScaleRequest Request, TimeSpan? Duration, Manifest Manifest);
