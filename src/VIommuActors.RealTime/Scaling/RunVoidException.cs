namespace VIommuActors.RealTime.Scaling;

/// <summary>
/// A party of a guest failed with a defect of its own, neither a guest's mistake nor an injected crash, or did not stop when it was told
/// to: the run proves nothing.
/// </summary>
public sealed class RunVoidException(string message, Exception? reason = null) : Exception(message, reason);
