namespace VIommuActors.Simulation;

/// <summary>Something reached the simulated system from a thread other than the one that runs it, so the run is not reproducible.</summary>
public sealed class SimEscapeException : Exception
{
    /// <summary>An exception without details.</summary>
    public SimEscapeException()
    {
    }

    /// <summary>An exception with its text.</summary>
    public SimEscapeException(string message)
        : base(message)
    {
    }

    /// <summary>An exception with its text and cause.</summary>
    public SimEscapeException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    internal static SimEscapeException Naming(IReadOnlyList<string> escapes) => new(
        $"{escapes.Count} enqueue(s) from a foreign thread, so this run cannot be replayed: {string.Join("; ", escapes.Take(8))}. "
        + "Usual causes: Task.Run, PipeTo, Task.Delay without the virtual TimeProvider, ConfigureAwait(false), a foreign dispatcher.");
}
