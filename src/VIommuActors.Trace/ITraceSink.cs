namespace VIommuActors.Trace;

/// <summary>Takes what happens in a run. Called from one thread.</summary>
public interface ITraceSink
{
    /// <summary>False when nothing is kept, so that a caller need not build what it would hand over.</summary>
    bool IsEnabled { get; }

    /// <summary>A message was delivered.</summary>
    void Event(in TraceStep step);

    /// <summary>Somebody remarks on the run: the oracle a violation, a vCPU that it reused a page.</summary>
    /// <param name="step">Step during which the remark was made.</param>
    /// <param name="timeNs">Time of it, in nanoseconds.</param>
    /// <param name="by">Who remarks.</param>
    /// <param name="remark">What; its <see cref="ITraced.Name"/> is the kind of note.</param>
    void Note(long step, long timeNs, string by, ITraced remark);
}

/// <summary>Keeps nothing.</summary>
public sealed class NullTrace : ITraceSink
{
    /// <summary>There is only one.</summary>
    public static readonly NullTrace Instance = new();

    private NullTrace()
    {
    }

    /// <inheritdoc/>
    public bool IsEnabled => false;

    /// <inheritdoc/>
    public void Event(in TraceStep step)
    {
    }

    /// <inheritdoc/>
    public void Note(long step, long timeNs, string by, ITraced remark)
    {
    }
}
