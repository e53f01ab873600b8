using VIommuActors.Machine.Cpu;
using VIommuActors.Machine.DeviceModel;
using VIommuActors.Protocols.Messages;

namespace VIommuActors.RealTime;

/// <summary>What one guest spends and how its vCPUs end; told from the threads of all its parties.</summary>
public sealed class GuestRecord : IDeviceMeter, IVcpuWatch
{
    /// <summary>
    /// Latencies that a guest on one thread keeps before it hands them over: to reach a histogram that threads share takes a twentieth of a
    /// request's whole way.
    /// </summary>
    public const int LatenciesAtOnce = 16;

    // Parties send from different threads: counters in one line of the processor's cache would wait for each other. The first parties of
    // a guest have one each, which only its own thread writes; the last one is for all others.
    private const int Lanes = 8, LaneWidth = 8;

    private readonly Lock _gate = new();
    private readonly List<Vcpu> _vcpus = [];
    private readonly List<string> _stops = [];
    private readonly int _count;
    private readonly Latencies _dmaNs;
    private readonly Action _ended;
    private readonly long[] _sent = new long[(Lanes + 1) * LaneWidth];
    private readonly long[]? _served;
    private long _copied, _requests;
    private int _running, _kept;

    /// <summary>The record of a guest of <paramref name="vcpus"/> vCPUs.</summary>
    /// <param name="vcpus">How many there are.</param>
    /// <param name="dmaNs">Where latencies of requests go.</param>
    /// <param name="ended">Called once, when the last vCPU has ended, on its thread.</param>
    /// <param name="ownThread">All parties of the guest run on one thread.</param>
    public GuestRecord(int vcpus, Latencies dmaNs, Action ended, bool ownThread = false)
    {
        (_count, _running, _dmaNs, _ended) = (vcpus, vcpus, dmaNs, ended);
        if (ownThread) _served = new long[LatenciesAtOnce];
    }

    /// <summary>Requests that devices have served.</summary>
    public long Requests => Volatile.Read(ref _requests);

    /// <summary>Messages that parties of the guest sent each other.</summary>
    public long Messages
    {
        get
        {
            var sum = 0L;
            for (var lane = 1; lane <= Lanes; lane++) sum += Volatile.Read(ref _sent[lane * LaneWidth]);
            return sum;
        }
    }

    /// <summary>Also told of every message, if it is wanted what they are spent on.</summary>
    public MessageCosts? Costs { get; init; }

    /// <summary>Bytes that a design moved beyond the device's own access.</summary>
    public long BytesCopied => Volatile.Read(ref _copied);

    /// <summary>vCPUs without an end so far.</summary>
    public int Running => Volatile.Read(ref _running);

    /// <summary>vCPUs that stopped themselves, or whose domain was crashed.</summary>
    public int Stopped
    {
        get
        {
            lock (_gate) return _vcpus.Count(vcpu => vcpu.End == VcpuEnd.Stopped);
        }
    }

    /// <summary>True when every vCPU came to the end of its program.</summary>
    public bool IsFinished
    {
        get
        {
            lock (_gate) return _vcpus.Count(vcpu => vcpu.End == VcpuEnd.Finished) == _count;
        }
    }

    /// <summary>Why vCPUs stopped early.</summary>
    public IReadOnlyList<string> Stops
    {
        get
        {
            lock (_gate) return [.. _stops];
        }
    }

    /// <summary>vCPUs that sit inside the hypervisor and execute nothing. To be asked when nothing of the guest runs any more.</summary>
    public IReadOnlyList<Vcpu> Blocked
    {
        get
        {
            lock (_gate) return [.. _vcpus.Where(vcpu => vcpu.End == VcpuEnd.Running && vcpu.IsBlockedInXen)];
        }
    }

    /// <summary>A message is under way.</summary>
    public void Count(Message message)
    {
        var party = message.From.Index;
        if ((uint)party < Lanes - 1) _sent[(1 + party) * LaneWidth]++;
        else Interlocked.Increment(ref _sent[Lanes * LaneWidth]);
        Costs?.Count(message);
    }

    /// <inheritdoc/>
    public void Served(long ns)
    {
        if (_served is null)
        {
            Interlocked.Increment(ref _requests);
            _dmaNs.Record(ns);
            return;
        }
        _requests++;
        _served[_kept++] = ns;
        if (_kept == _served.Length) HandOver();
    }

    /// <summary>Hands over the latencies that are kept back. On the guest's thread, or when nothing of it runs.</summary>
    public void HandOver()
    {
        if (_served is not null) _dmaNs.Record(_served.AsSpan(0, _kept));
        _kept = 0;
    }

    /// <inheritdoc/>
    public void Copied(long bytes) => Interlocked.Add(ref _copied, bytes);

    /// <inheritdoc/>
    public void Began(Vcpu vcpu)
    {
        lock (_gate) _vcpus.Add(vcpu);
    }

    /// <inheritdoc/>
    public void Ended(int guest, int vcpu, string? why)
    {
        lock (_gate)
        {
            if (why is not null && _stops.Count < _count) _stops.Add($"guest {guest} vCPU {vcpu} stopped: {why}");
        }
        if (Interlocked.Decrement(ref _running) != 0) return;
        HandOver();
        _ended();
    }
}
