namespace VIommuActors.Trace;

/// <summary>One delivery of a message, with the scheduling decision that led to it.</summary>
/// <param name="Step">Number of the delivery within the run, from 0.</param>
/// <param name="TimeNs">Time of the delivery in nanoseconds since the start of the run.</param>
/// <param name="To">Node that handles the message.</param>
/// <param name="From">Node that sent it; null for a timer and for what starts the run.</param>
/// <param name="Kind">Wire it came over, such as <c>mmio</c> or <c>hypercall</c>.</param>
/// <param name="Message">The message.</param>
/// <param name="Cause">Step during which it was sent; null for what starts the run.</param>
/// <param name="Enabled">How many deliveries were possible.</param>
/// <param name="Chosen">Which of them this is: 0 … <paramref name="Enabled"/> − 1.</param>
public readonly record struct TraceStep(
    long Step, long TimeNs, string To, string? From, string Kind, ITraced Message, long? Cause, int Enabled, int Chosen);
