namespace VIommuActors.Simulation;

public sealed partial class SimKernel
{
    /// <summary>
    /// Everything that <see cref="DeliverAt"/> holds for delivery until a virtual time reaches its lane now; the clock stays where it is.
    /// For a program that begins in a fixed order, kept by time, and then lets everything overlap.
    /// </summary>
    /// <param name="untilNs">
    /// Deliveries due later stay where they are, and so do timers and scheduled actions, and everything behind the first of these.
    /// </param>
    public void Expedite(long untilNs)
    {
        long cause = _cause;
        int slot = _stepSlot;
        // What arrives was sent by the steps that gave it its time, not by the one that lets it go.
        _stepSlot = Outside;
        while (_timed.Count > 0 && _timed.FirstDueNs <= untilNs && _timed.First.Target is { } target)
        {
            var entry = _timed.Take();
            _cause = entry.Cause;
            target.Tell(entry.Payload, entry.Sender);
        }

        (_cause, _stepSlot) = (cause, slot);
    }
}
