using VIommuActors.Blueprints.Figures;
using VIommuActors.Protocols.Messages;

namespace VIommuActors.RealTime;

/// <summary>What messages are spent on, told from all threads: worth its price where few guests run and the figures are wanted.</summary>
public sealed class MessageCosts
{
    private long _invalidation, _invalidationCalls, _dmaCalls, _invalidationBefore, _callsBefore;

    /// <summary>A message is under way.</summary>
    public void Count(Message message)
    {
        var isCall = message.Wire == Wire.Hypercall;
        switch (message.Purpose)
        {
            case Purpose.Invalidation:
                Interlocked.Increment(ref _invalidation);
                if (isCall) Interlocked.Increment(ref _invalidationCalls);
                break;
            case Purpose.Dma when isCall:
                Interlocked.Increment(ref _dmaCalls);
                break;
        }
    }

    /// <summary>The guests have started up: what was spent on invalidations so far was that of booting.</summary>
    public void WorkBegins()
    {
        _invalidationBefore = Volatile.Read(ref _invalidation);
        _callsBefore = Volatile.Read(ref _invalidationCalls);
    }

    /// <summary>Adds them to the figures of a run that is over.</summary>
    public void AddTo(RunFigures figures)
    {
        figures.InvalidationMessages += Volatile.Read(ref _invalidation) - _invalidationBefore;
        figures.InvalidationHypercalls += Volatile.Read(ref _invalidationCalls) - _callsBefore;
        figures.DmaHypercalls += Volatile.Read(ref _dmaCalls);
    }
}
