using System.Collections.Immutable;

namespace VIommuActors.Guest.Recording;

/// <summary>How a recorded driver invalidates.</summary>
public enum RecordedInterface
{
    /// <summary>The recording holds no invalidation.</summary>
    None,

    /// <summary>Through IOTLB_REG and CCMD_REG.</summary>
    Register,

    /// <summary>Through the queue; a driver may use the registers until the queue is set up.</summary>
    Queued,
}

/// <summary>What a recording contains.</summary>
public sealed class RecordedSummary
{
    private const int CapOffset = 0x8, EcapOffset = 0x10;
    private readonly int[] _counts = new int[Enum.GetValues<RecordedKind>().Length];

    internal RecordedSummary(ImmutableArray<RecordedEvent> events)
    {
        foreach (ref readonly var e in events.AsSpan())
        {
            _counts[(int)e.Kind]++;
        }

        Events = events.Length;
        DurationUs = events.IsEmpty ? 0 : events[^1].TimeUs - events[0].TimeUs;
        Cap = FirstRead(events, CapOffset);
        Ecap = FirstRead(events, EcapOffset);
    }

    /// <summary>Number of events.</summary>
    public int Events { get; }

    /// <summary>Microseconds from the first event to the last.</summary>
    public long DurationUs { get; }

    /// <summary>CAP_REG as the driver read it: its first 8-byte read, or its first two halves; null when it read neither.</summary>
    public ulong? Cap { get; }

    /// <summary>ECAP_REG, likewise.</summary>
    public ulong? Ecap { get; }

    /// <summary>Which of the two interfaces the driver used.</summary>
    public RecordedInterface Interface => (Count(RecordedKind.QueueDescriptor), Count(RecordedKind.Invalidation)) switch
    {
        ( > 0, _) => RecordedInterface.Queued,
        (_, > 0) => RecordedInterface.Register,
        _ => RecordedInterface.None,
    };

    /// <summary>Number of events of one kind.</summary>
    public int Count(RecordedKind kind) => _counts[(int)kind];

    private static ulong? FirstRead(ImmutableArray<RecordedEvent> events, int offset)
    {
        ulong? low = null, high = null;
        foreach (ref readonly var e in events.AsSpan())
        {
            if (e.Kind != RecordedKind.RegisterRead)
            {
                continue;
            }

            if (e.Offset == offset && e.Size == 8)
            {
                return e.Value;
            }

            low ??= e.Offset == offset ? e.Value : null;
            high ??= e.Offset == offset + 4 ? e.Value : null;
            if (low is not null && high is not null)
            {
                return low | (high << 32);
            }
        }

        return null;
    }
}
