using VIommuActors.Protocols.Messages;
using VIommuActors.Protocols.Seam;
using VIommuActors.Vtd;

namespace VIommuActors.Machine.DeviceModel;

/// <summary>What a device is, beyond its place.</summary>
/// <param name="InFlight">Requests it works on at once.</param>
/// <param name="Use">When it translates and how long it keeps a translation.</param>
/// <param name="BouncePerPageNs">Copying a page between a bounce buffer and the device.</param>
/// <param name="QueueLimit">Requests that may wait; more are refused.</param>
public sealed record DeviceProfile(int InFlight, TranslationUse Use, long BouncePerPageNs, int QueueLimit = 65536);

/// <summary>Told what a device costs.</summary>
public interface IDeviceMeter
{
    /// <summary>A request was over <paramref name="ns"/> after the device began it.</summary>
    void Served(long ns);

    /// <summary>Bytes were moved an extra time.</summary>
    void Copied(long bytes);
}

/// <summary>
/// An emulated PCI function that does DMA. It takes requests in order, works on a fixed number at once, goes through each segment by
/// segment, and splits an access where the design's half says that its translation ends.
/// </summary>
public sealed class DmaDevice : IParty, IDevicePort
{
    private readonly IPort _port;
    private readonly GuestNodes _nodes;
    private readonly DevicePlace _place;
    private readonly DeviceProfile _profile;
    private readonly IDeviceMeter _meter;
    private readonly IDeviceHalf _half;
    private readonly Request[] _slots;
    private readonly Queue<Doorbell> _waiting = new();

    /// <summary>An idle device.</summary>
    public DmaDevice(
        IPort port, GuestNodes nodes, int index, DeviceProfile profile, IProtocol protocol, ProtocolOptions options, IDeviceMeter meter)
    {
        _port = port;
        _nodes = nodes;
        _place = nodes.Devices[index];
        _profile = profile;
        _meter = meter;
        _slots = new Request[profile.InFlight];
        _half = protocol.CreateDeviceHalf(this, options);
    }

    /// <inheritdoc/>
    public NodeId Self => _port.Self;

    /// <inheritdoc/>
    public long NowNs => _port.NowNs;

    /// <inheritdoc/>
    public SourceId Source => _place.Source;

    /// <inheritdoc/>
    public NodeId Hypervisor => _nodes.Units[_place.Unit];

    /// <inheritdoc/>
    public NodeId Dummy => _nodes.Dummies[_place.Unit];

    /// <inheritdoc/>
    public NodeId Memory => _nodes.Memory;

    /// <inheritdoc/>
    public int Slots => _slots.Length;

    /// <inheritdoc/>
    public void Receive(Message message)
    {
        if (message is Doorbell doorbell) Take(doorbell);
        else if (!_half.Receive(message)) throw new UnhandledMessageException(message, $"device {Source}");
    }

    /// <inheritdoc/>
    public void Send(NodeId to, Message message) => _port.Send(to, message);

    /// <inheritdoc/>
    public void After(long delayNs, Message message) => _port.After(delayNs, message);

    /// <inheritdoc/>
    public void CountCopied(long bytes) => _meter.Copied(bytes);

    /// <inheritdoc/>
    public long BounceNs(int bytes) => _profile.BouncePerPageNs * ((bytes + 4095) >> 12);

    /// <inheritdoc/>
    public void Progress(int slot, int bytes)
    {
        ref var request = ref _slots[slot];
        if (request.Doorbell is not { } doorbell) return;
        request.Offset += bytes;
        if (request.Offset >= doorbell.Segments[request.Segment].Bytes)
        {
            request.Offset = 0;
            if (++request.Segment == doorbell.Segments.Length)
            {
                request.Segment = 0;
                request.Use++;
            }
        }
        if (request.Use == doorbell.Uses) Finish(slot, faulted: false);
        else Access(slot);
    }

    /// <inheritdoc/>
    public void Refused(int slot)
    {
        // What was moved before the fault stays moved; the rest is not attempted.
        if (_slots[slot].Doorbell is not null) Finish(slot, faulted: true);
    }

    private void Take(Doorbell doorbell)
    {
        for (var slot = 0; slot < _slots.Length; slot++)
        {
            if (_slots[slot].Doorbell is not null) continue;
            Begin(slot, doorbell);
            return;
        }
        if (_waiting.Count < _profile.QueueLimit) _waiting.Enqueue(doorbell);
        else _port.Send(doorbell.From, new DmaCompleted(Self, doorbell.Work, Faulted: true));
    }

    private void Begin(int slot, Doorbell doorbell)
    {
        _slots[slot] = new Request { Doorbell = doorbell, BeganNs = NowNs };
        Access(slot);
    }

    private void Access(int slot)
    {
        ref var request = ref _slots[slot];
        var segment = request.Doorbell!.Segments[request.Segment];
        _half.Start(new DeviceAccess(
            slot,
            request.Doorbell.Work,
            new Iova(segment.Address.Value + (ulong)request.Offset),
            segment.Bytes - request.Offset,
            segment.IsWrite,
            _profile.Use));
    }

    private void Finish(int slot, bool faulted)
    {
        var request = _slots[slot];
        _slots[slot] = default;
        _half.Release(slot);
        _meter.Served(NowNs - request.BeganNs);
        _port.Send(request.Doorbell!.From, new DmaCompleted(Self, request.Doorbell.Work, faulted));
        if (_waiting.TryDequeue(out var next)) Begin(slot, next);
    }

    private struct Request
    {
        public Doorbell? Doorbell;
        public int Segment, Offset, Use;
        public long BeganNs;
    }
}
