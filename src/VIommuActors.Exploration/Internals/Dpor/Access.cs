namespace VIommuActors.Exploration.Internals.Dpor;

/// <summary>A step read or wrote a shared object.</summary>
internal readonly record struct Access(long Object, bool Write);
