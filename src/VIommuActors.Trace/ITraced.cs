namespace VIommuActors.Trace;

/// <summary>A message that can tell a trace what it says.</summary>
public interface ITraced
{
    /// <summary>Name of the message; one of a fixed set, as names are cached for the length of a trace.</summary>
    string Name { get; }

    /// <summary>Adds the message's fields, each name once, in the same order every time.</summary>
    void Describe(ref TraceFields fields);
}
