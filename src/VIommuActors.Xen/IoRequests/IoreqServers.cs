using System.Globalization;
using VIommuActors.Xen.Hypercalls;

namespace VIommuActors.Xen.IoRequests;

/// <summary>Number of an ioreq server within its domain: 0–7, the lowest free one first.</summary>
public readonly record struct IoreqServerId(ushort Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>Kind of address range. Source: Xen <c>public/hvm/dm_op.h</c>, <c>XEN_DMOP_IO_RANGE_*</c>.</summary>
public enum IoRangeType
{
    /// <summary>I/O ports.</summary>
    Port = 0,

    /// <summary>Guest-physical memory.</summary>
    Memory = 1,

    /// <summary>PCI functions, numbered segment 31:16, bus 15:8, device 7:3, function 2:0.</summary>
    Pci = 2,
}

/// <summary>
/// The ioreq servers of one domain and what each of them claims. Several may claim the same addresses, but an access goes to one
/// only. Not thread-safe: it belongs to the hypervisor. Source: Xen <c>common/ioreq.c</c>.
/// </summary>
public sealed class IoreqServers
{
    /// <summary>Most servers of one domain. Source: Xen <c>include/xen/ioreq.h</c>, <c>MAX_NR_IOREQ_SERVERS</c>.</summary>
    public const int MaxServers = 8;

    /// <summary>Most ranges of one type that a server can hold; ranges that touch count as one.</summary>
    public const int MaxRanges = IoRanges.Limit;

    private readonly Server?[] _servers = new Server?[MaxServers];

    /// <summary>Makes a server for an emulator: disabled, without ranges.</summary>
    /// <returns><see cref="XenErrno.ENOSPC"/> when all eight are in use.</returns>
    public XenErrno Create(XenDomainId emulator, out IoreqServerId id)
    {
        var free = Array.IndexOf(_servers, null);
        if (free < 0)
        {
            id = default;
            return XenErrno.ENOSPC;
        }

        _servers[free] = new Server(emulator);
        id = new IoreqServerId((ushort)free);
        return XenErrno.None;
    }

    /// <summary>Removes a server with all its ranges.</summary>
    /// <returns><see cref="XenErrno.ENOENT"/> no such server; <see cref="XenErrno.EPERM"/> it belongs to another emulator.</returns>
    public XenErrno Destroy(XenDomainId caller, IoreqServerId id)
    {
        var error = Find(caller, id, out _);
        if (error == XenErrno.None)
        {
            _servers[id.Value] = null;
        }

        return error;
    }

    /// <summary>Enables or disables a server; setting what is already so succeeds.</summary>
    /// <returns><see cref="XenErrno.ENOENT"/> no such server; <see cref="XenErrno.EPERM"/> it belongs to another emulator.</returns>
    public XenErrno SetEnabled(XenDomainId caller, IoreqServerId id, bool enabled)
    {
        var error = Find(caller, id, out var server);
        if (error == XenErrno.None)
        {
            server.Enabled = enabled;
        }

        return error;
    }

    /// <summary>True for a server that exists and is enabled.</summary>
    public bool IsEnabled(IoreqServerId id) => id.Value < MaxServers && _servers[id.Value] is { Enabled: true };

    /// <summary>Gives <paramref name="start"/> … <paramref name="end"/>, both included, to a server.</summary>
    /// <returns>
    /// <see cref="XenErrno.EINVAL"/> start above end, or unknown type; <see cref="XenErrno.ENOENT"/>, <see cref="XenErrno.EPERM"/> as
    /// elsewhere; <see cref="XenErrno.EEXIST"/> the same server has part of it; <see cref="XenErrno.ENOMEM"/> beyond 256 ranges.
    /// </returns>
    public XenErrno Map(XenDomainId caller, IoreqServerId id, IoRangeType type, ulong start, ulong end)
    {
        var error = FindRanges(caller, id, type, start, end, out var ranges);
        return error == XenErrno.None ? ranges.Add(start, end) : error;
    }

    /// <summary>Takes a range away; it may be part of what was mapped.</summary>
    /// <returns>
    /// As <see cref="Map"/>, but <see cref="XenErrno.ENOENT"/> also when the server does not hold all of it, and
    /// <see cref="XenErrno.ENOMEM"/> when the rest would be two ranges and there are 256 already.
    /// </returns>
    public XenErrno Unmap(XenDomainId caller, IoreqServerId id, IoRangeType type, ulong start, ulong end)
    {
        var error = FindRanges(caller, id, type, start, end, out var ranges);
        return error == XenErrno.None ? ranges.Remove(start, end) : error;
    }

    /// <summary>
    /// The server that gets an access: from the highest number down, the first that is enabled and has one range around all of it.
    /// Null when there is none, and then the access vanishes: writes are dropped, reads give all ones.
    /// </summary>
    public IoreqServerId? Select(in Ioreq request) => request.Type switch
    {
        IoreqType.Pio => Select(IoRangeType.Port, request.FirstByte, request.LastByte),
        IoreqType.Copy => Select(IoRangeType.Memory, request.FirstByte, request.LastByte),
        IoreqType.PciConfig => Select(IoRangeType.Pci, request.Address >> 32, request.Address >> 32),
        _ => null,
    };

    private IoreqServerId? Select(IoRangeType type, ulong first, ulong last)
    {
        for (var id = MaxServers - 1; id >= 0; id--)
        {
            if (_servers[id] is { Enabled: true } server && first <= last && server.Ranges[(int)type].Contains(first, last))
            {
                return new IoreqServerId((ushort)id);
            }
        }

        return null;
    }

    private XenErrno Find(XenDomainId caller, IoreqServerId id, out Server server)
    {
        if (id.Value >= MaxServers || _servers[id.Value] is not { } found)
        {
            server = null!;
            return XenErrno.ENOENT;
        }

        server = found;
        return found.Emulator == caller ? XenErrno.None : XenErrno.EPERM;
    }

    private XenErrno FindRanges(
        XenDomainId caller, IoreqServerId id, IoRangeType type, ulong start, ulong end, out IoRanges ranges)
    {
        ranges = null!;
        if (start > end)
        {
            return XenErrno.EINVAL;
        }

        var error = Find(caller, id, out var server);
        if (error != XenErrno.None)
        {
            return error;
        }

        if (type is < IoRangeType.Port or > IoRangeType.Pci)
        {
            return XenErrno.EINVAL;
        }

        ranges = server.Ranges[(int)type];
        return XenErrno.None;
    }

    private sealed class Server(XenDomainId emulator)
    {
        public XenDomainId Emulator { get; } = emulator;

        public bool Enabled { get; set; }

        /// <summary>Indexed by <see cref="IoRangeType"/>.</summary>
        public IoRanges[] Ranges { get; } = [new(), new(), new()];
    }
}
