using System.Collections.Immutable;
using VIommuActors.Guest.Cpu;
using VIommuActors.Guest.Workloads;
using VIommuActors.Oracle;
using VIommuActors.Protocols.Messages;
using VIommuActors.Protocols.Seam;
using VIommuActors.Vtd;
using VIommuActors.Vtd.Memory;

namespace VIommuActors.Machine.Cpu;

/// <summary>How a vCPU ended.</summary>
public enum VcpuEnd
{
    /// <summary>It has not.</summary>
    Running,

    /// <summary>Its program came to its end.</summary>
    Finished,

    /// <summary>Its guest stopped itself, or its domain was crashed.</summary>
    Stopped,

    /// <summary>Its guest was made to panic by a fault plan, which is nobody's failure.</summary>
    Panicked,
}

/// <summary>Told when a vCPU begins and ends.</summary>
public interface IVcpuWatch
{
    /// <summary>A vCPU was powered on.</summary>
    void Began(Vcpu vcpu);

    /// <summary>A vCPU runs no more guest code. <paramref name="why"/> is null for a regular end.</summary>
    void Ended(int guest, int vcpu, string? why);
}

/// <summary>
/// A guest CPU: runs guest code until it leaves the guest, then waits for exactly one thing. Replies and interrupts resume it
/// inside <see cref="Receive"/>, on the caller's thread.
/// </summary>
public sealed class Vcpu : IParty, IGuestCpu, ICpuWaitOwner
{
    private const long UnblockToken = -1;

    private readonly IPort _port;
    private readonly GuestNodes _nodes;
    private readonly IGuestProgram _program;
    private readonly IVcpuWatch _end;
    private readonly bool[] _present;
    private readonly bool[] _interrupts;
    private readonly Dictionary<long, int> _requests = [];
    private GuestCode? _run;
    private Action? _continuation;
    private ulong _value;
    private Waits _waits;
    private long _awaited, _token, _lastWork;
    private bool _unblocked;

    /// <summary>A vCPU that has not been powered on.</summary>
    public Vcpu(
        IPort port, GuestNodes nodes, int index, IGuestMemory memory, IGuestWatch watch, IDice dice, IGuestProgram program, IVcpuWatch end)
    {
        _port = port;
        _nodes = nodes;
        _program = program;
        _end = end;
        Index = index;
        Memory = memory;
        Watch = watch;
        Dice = dice;
        _present = new bool[nodes.Devices.Length];
        _interrupts = new bool[nodes.Units.Length];
        _lastWork = ((long)nodes.Guest << 44) | ((long)index << 32);
    }

    /// <inheritdoc/>
    public int Guest => _nodes.Guest;

    /// <inheritdoc/>
    public int Index { get; }

    /// <inheritdoc/>
    public long NowNs => _port.NowNs;

    /// <inheritdoc/>
    public IGuestMemory Memory { get; }

    /// <inheritdoc/>
    public IGuestWatch Watch { get; }

    /// <inheritdoc/>
    public IDice Dice { get; }

    /// <inheritdoc/>
    public bool RelaxesAtOnce { get; init; }

    /// <inheritdoc/>
    public bool GivesWay { get; init; }

    /// <inheritdoc/>
    public bool HandlesFault { get; set; }

    /// <summary>How it ended.</summary>
    public VcpuEnd End { get; private set; }

    /// <summary>True while it is parked inside the hypervisor, executing no guest instruction.</summary>
    public bool IsBlockedInXen => _waits == Waits.Mmio;

    /// <inheritdoc/>
    public void Receive(Message message)
    {
        Handle(message);
        Settle();
    }

    private void Handle(Message message)
    {
        switch (message)
        {
            case PowerOn:
                if (_run is not null || End != VcpuEnd.Running) break;
                _end.Began(this);
                _run = _program.Run(this);
                break;
            case MmioDone done:
                if (_waits == Waits.Mmio) Resume(done.Value);
                break;
            case DmaCompleted completed:
                Completed(completed.Work, completed.Faulted);
                break;
            case DeviceStatus status:
                Status(status);
                break;
            case UnitInterrupt interrupt:
                _interrupts[interrupt.Unit] = true;
                break;
            case Wake { Token: UnblockToken }:
                if (_waits == Waits.Unblock) Resume(0);
                else _unblocked = true;
                break;
            case Wake wake:
                if (_waits == Waits.Pause && wake.Token == _token) Resume(0);
                break;
            case DomainCrashed:
                Stop("the domain was crashed by the hypervisor");
                break;
            case GuestPanic panic:
                Panic(panic);
                break;
            default:
                throw new UnhandledMessageException(message, $"vCPU {Index}");
        }
    }

    private void Settle()
    {
        if (End != VcpuEnd.Running || _run is not { IsCompleted: true } run) return;
        if (run.Failure is GuestPanicException panic)
        {
            Stop(panic.Message);
            return;
        }
        run.GetResult();
        End = VcpuEnd.Finished;
        _end.Ended(Guest, Index, null);
    }

    private void Panic(GuestPanic panic)
    {
        if (!_nodes.Vcpus.Contains(panic.From))
        {
            foreach (var sibling in _nodes.Vcpus)
            {
                if (sibling != _port.Self) _port.Send(sibling, new GuestPanic(_port.Self));
            }
        }
        Stop("the guest was made to panic", VcpuEnd.Panicked);
        Watch.Panicked(Guest);
    }

    private void Stop(string why, VcpuEnd how = VcpuEnd.Stopped)
    {
        if (End != VcpuEnd.Running) return;
        End = how;
        _waits = Waits.Nothing;
        _end.Ended(Guest, Index, why);
    }

    /// <inheritdoc/>
    public CpuWait Read(ulong address, int size)
    {
        _port.Send(NodeAt(address), new MmioAccess(_port.Self, address, size, IsWrite: false, 0, Why));
        return Await(Waits.Mmio);
    }

    /// <inheritdoc/>
    public CpuWait Write(ulong address, int size, ulong value)
    {
        _port.Send(NodeAt(address), new MmioAccess(_port.Self, address, size, IsWrite: true, value, Why));
        return Await(Waits.Mmio);
    }

    /// <inheritdoc/>
    public CpuWait Pause(long ns)
    {
        _port.After(ns, new Wake(_port.Self, ++_token));
        return Await(Waits.Pause);
    }

    /// <inheritdoc/>
    public CpuWait Yield()
    {
        _port.Send(_port.Self, new Wake(_port.Self, ++_token));
        return Await(Waits.Pause);
    }

    /// <inheritdoc/>
    public long Ring(int device, ImmutableArray<DmaSegment> segments, int uses, Grant grant)
    {
        var work = ++_lastWork;
        Watch.Issued(work, Guest, _nodes.Devices[device].Source, grant);
        if (!_present[device])
        {
            // The doorbell of an absent device reaches nobody, and its driver knows that it is gone.
            Watch.Abandoned(work);
            return work;
        }
        _requests.Add(work, device);
        _port.Send(_nodes.Devices[device].Node, new Doorbell(_port.Self, work, segments, uses));
        return work;
    }

    /// <inheritdoc/>
    public CpuWait Completion(long work)
    {
        if (!_requests.ContainsKey(work)) return default;
        _awaited = work;
        return Await(Waits.Completion);
    }

    /// <inheritdoc/>
    public CpuWait Backlog(int count)
    {
        if (_requests.Count <= count) return default;
        _awaited = count;
        return Await(Waits.Backlog);
    }

    /// <inheritdoc/>
    public CpuWait Block()
    {
        if (!_unblocked) return Await(Waits.Unblock);
        _unblocked = false;
        return default;
    }

    /// <inheritdoc/>
    public void Unblock() => _port.Send(_port.Self, new Wake(_port.Self, UnblockToken));

    /// <inheritdoc/>
    public bool TakeInterrupt(int unit)
    {
        var pending = _interrupts[unit];
        _interrupts[unit] = false;
        return pending;
    }

    bool ICpuWaitOwner.HasHappened => _waits == Waits.Nothing;

    ulong ICpuWaitOwner.TakeValue() => _value;

    void ICpuWaitOwner.WhenHappened(Action continuation) => _continuation = continuation;

    private Purpose Why => HandlesFault ? Purpose.Other : Purpose.Invalidation;

    private NodeId NodeAt(ulong address)
    {
        for (var unit = 0; unit < _nodes.UnitBases.Length; unit++)
        {
            if (address - _nodes.UnitBases[unit] < 0x1000) return _nodes.Units[unit];
        }
        return _nodes.Hub;
    }

    private void Completed(long work, bool faulted)
    {
        if (!_requests.Remove(work)) return;
        Watch.Finished(work, faulted);
        RequestsChanged();
    }

    private void Status(DeviceStatus status)
    {
        _present[status.Device] = status.Present;
        if (status.Present) return;
        foreach (var work in _requests.Where(request => request.Value == status.Device).Select(request => request.Key).Order().ToArray())
        {
            _requests.Remove(work);
            Watch.Abandoned(work);
        }
        RequestsChanged();
    }

    private void RequestsChanged()
    {
        if ((_waits == Waits.Completion && !_requests.ContainsKey(_awaited)) || (_waits == Waits.Backlog && _requests.Count <= _awaited))
            Resume(0);
    }

    private CpuWait Await(Waits what)
    {
        if (_waits != Waits.Nothing)
            throw new InvalidOperationException($"vCPU {Index} leaves the guest for {what} while it waits for {_waits}");
        _waits = what;
        return new CpuWait(this);
    }

    private void Resume(ulong value)
    {
        _waits = Waits.Nothing;
        _value = value;
        var continuation = _continuation;
        _continuation = null;
        continuation?.Invoke();
    }

    private enum Waits : byte
    {
        Nothing,
        Mmio,
        Pause,
        Completion,
        Backlog,
        Unblock,
    }
}
