using VIommuActors.Trace;

namespace VIommuActors.Protocols.Messages;

/// <summary>What parties send each other. Immutable; a message's class name is its name in fault rules and traces.</summary>
public abstract record Message(NodeId From) : ITraced
{
    /// <summary>The kind of hop it takes.</summary>
    public abstract Wire Wire { get; }

    /// <summary>What it is spent on.</summary>
    public virtual Purpose Purpose => Purpose.Other;

    /// <summary>Pages it moves; multiplies the latency of <see cref="Wire.Dma"/>.</summary>
    public virtual int DataPages => 1;

    /// <inheritdoc/>
    public string Name => GetType().Name;

    /// <inheritdoc/>
    public virtual void Describe(ref TraceFields fields)
    {
    }
}
