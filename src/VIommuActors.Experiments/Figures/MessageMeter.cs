using VIommuActors.Blueprints.Figures;
using VIommuActors.Machine.DeviceModel;
using VIommuActors.Protocols.Messages;

namespace VIommuActors.Experiments.Figures;

/// <summary>
/// Counts what a run spends. Start-up is told apart by a mark, so that costs per invalidation are those of the workload. Latencies are
/// left out of runs without time, where they mean nothing.
/// </summary>
internal sealed class MessageMeter(RunFigures figures, bool latencies) : IDeviceMeter
{
    private long _messagesBefore, _hypercallsBefore;

    public void Count(Message message)
    {
        figures.Messages++;
        var hypercall = message.Wire == Wire.Hypercall;
        switch (message.Purpose)
        {
            case Purpose.Invalidation:
                figures.InvalidationMessages++;
                if (hypercall) figures.InvalidationHypercalls++;
                break;
            case Purpose.Dma:
                if (hypercall) figures.DmaHypercalls++;
                break;
        }
    }

    /// <summary>A guest ended its start-up: what was spent on invalidations so far was that of booting.</summary>
    public void WorkBegins()
    {
        _messagesBefore = figures.InvalidationMessages;
        _hypercallsBefore = figures.InvalidationHypercalls;
    }

    public void Close()
    {
        figures.InvalidationMessages -= _messagesBefore;
        figures.InvalidationHypercalls -= _hypercallsBefore;
    }

    public void Served(long ns)
    {
        if (latencies) RunFigures.Record(figures.DmaNs, ns);
    }

    public void Copied(long bytes) => figures.BytesCopied += bytes;
}
