namespace VIommuActors.RealTime.Scaling;

/// <summary>
/// A party of a guest failed with a defect of its own, neither a guest's mistake nor an injected crash: the run proves nothing.
/// </summary>
public sealed class RunVoidException(string message, Exception reason) : Exception(message, reason);
