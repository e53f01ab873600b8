using System.Collections.Immutable;
using VIommuActors.Guest.Driver;
using VIommuActors.Vtd;

namespace VIommuActors.Guest.Workloads;

/// <summary>Equal buffers of a guest, shared by its vCPUs, last in first out.</summary>
public sealed class BufferPool(GuestHeap heap, int pages, ulong pageBytes)
{
    private readonly Stack<GuestBuffer> _idle = new();

    /// <summary>Takes a buffer.</summary>
    public GuestBuffer Take()
    {
        lock (_idle)
        {
            return _idle.TryPop(out var buffer) ? buffer : New();
        }
    }

    /// <summary>Gives one back.</summary>
    public void Return(GuestBuffer buffer)
    {
        lock (_idle)
        {
            _idle.Push(buffer);
        }
    }

    /// <summary>A buffer that never was in the pool.</summary>
    public GuestBuffer New()
    {
        var frames = ImmutableArray.CreateBuilder<GuestPhysical>(pages);
        for (var i = 0; i < pages; i++) frames.Add(heap.Take(pageBytes));
        return new GuestBuffer(frames.MoveToImmutable(), pageBytes);
    }
}
