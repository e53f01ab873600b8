using VIommuActors.Protocols.Messages;
using VIommuActors.Protocols.Seam;

namespace VIommuActors.Machine.Hypervisor;

/// <summary>Which devices of a guest take requests, and how far one that died has come on its way back.</summary>
/// <remarks>
/// Unit and dummy hear of a device's end and of its return over one wire each, in this order. A device takes requests only when both
/// count on the life it is in: a drain or an invalidation that passed it by could not know of its accesses.
/// </remarks>
internal sealed class DeviceRoll(IPort port, GuestNodes nodes)
{
    private readonly Entry[] _entries = [.. nodes.Devices.Select(_ => new Entry())];

    /// <summary>True for a device that takes requests as soon as its process is attached.</summary>
    public bool IsRunning(int device) => _entries[device].IsRunning;

    /// <summary>A device died with its process, of which nothing is left.</summary>
    public void GoneWithProcess(int device) => _entries[device] = new Entry { IsRunning = false };

    /// <summary>A device died alone, and no access of it can land any more.</summary>
    public void Gone(int device)
    {
        _entries[device] = new Entry { IsRunning = false };
        Tell(device, DeviceStep.Gone, 0);
    }

    /// <summary>A process is attached: the unit learns which of its devices are not there, and those that are ready may come.</summary>
    public void Attached(int unit)
    {
        for (var device = 0; device < _entries.Length; device++)
        {
            if (nodes.Devices[device].Unit != unit || _entries[device].IsRunning) continue;
            port.Send(nodes.Units[unit], new DevicePresence(port.Self, nodes.Devices[device].Node, DeviceStep.Gone, 0));
            if (_entries[device].Life is { } life) Tell(device, DeviceStep.Expected, life);
        }
    }

    /// <summary>Takes a step of a device on its way back. True when it has just begun to take requests.</summary>
    public bool Take(int device, DevicePresence presence, bool isAttached)
    {
        var entry = _entries[device];
        if (presence.Step == DeviceStep.Ready)
        {
            _entries[device] = new Entry { IsRunning = false, Life = presence.Life };
            if (isAttached) Tell(device, DeviceStep.Expected, presence.Life);
            return false;
        }
        // What is said of an earlier life came too late.
        if (entry.IsRunning || entry.Life != presence.Life) return false;
        if (presence.Step == DeviceStep.Running) return entry.IsRunning = true;
        if (presence.From == nodes.Dummies[nodes.Devices[device].Unit]) entry.DummyKnows = true;
        else entry.UnitKnows = true;
        if (entry is { DummyKnows: true, UnitKnows: true })
            port.Send(presence.Device, new DevicePresence(port.Self, presence.Device, DeviceStep.Start, presence.Life));
        return false;
    }

    private void Tell(int device, DeviceStep step, int life)
    {
        var place = nodes.Devices[device];
        var presence = new DevicePresence(port.Self, place.Node, step, life);
        port.Send(nodes.Units[place.Unit], presence);
        port.Send(nodes.Dummies[place.Unit], presence);
    }

    private sealed class Entry
    {
        public bool IsRunning { get; set; } = true;

        /// <summary>The life that is up and waits for its requests; null when there is none.</summary>
        public int? Life { get; init; }

        public bool UnitKnows { get; set; }

        public bool DummyKnows { get; set; }
    }
}
