using Akka.Actor;
using VIommuActors.Actors;
using VIommuActors.Blueprints.Faults;
using VIommuActors.Blueprints.Remarks;
using VIommuActors.Protocols.Messages;
using VIommuActors.Simulation;
using VIommuActors.Trace;

namespace VIommuActors.Experiments.Running;

/// <summary>
/// A plan for nodes carried out in virtual time: what crosses between the halves of a guest goes by a link that the plan's faults strike,
/// and halves die when their nodes do.
/// </summary>
/// <remarks>
/// The death of a device model's node closes the link of its guests, and what was under way on it never lands. Reaping is then the
/// hypervisor's own doing and crosses nothing. The link is open again with the first word of the next life. An emulator that crashes
/// inside a node that lives on leaves the link as it is.
/// </remarks>
internal sealed class PlannedLinks(FaultPlan plan, PlanCourse course, SimSystem system, ITraceSink? trace)
{
    private readonly SimKernel _kernel = system.Kernel;
    private readonly IScheduler _scheduler = system.System.Scheduler;
    private int[] _guests = [];
    private bool[] _isDeviceModel = [];
    private Link[] _links = [];

    /// <summary>Says who is who, before anything is sent.</summary>
    public void Bind(MachineLayout layout)
    {
        _guests = new int[layout.Table.Count];
        _isDeviceModel = new bool[layout.Table.Count];
        _links = [.. layout.Guests.Select(_ => new Link())];
        for (var guest = 0; guest < layout.Guests.Length; guest++)
        {
            var nodes = layout.Guests[guest];
            foreach (var party in (IEnumerable<NodeId>)
                [.. nodes.Vcpus, .. nodes.Units, nodes.Hub, nodes.Memory, .. nodes.Dummies, .. nodes.Devices.Select(device => device.Node)])
            {
                _guests[party.Index] = guest;
                _isDeviceModel[party.Index] = nodes.ProcessOf(party) >= 0;
            }
        }
    }

    /// <summary>Has halves die at their times, and the trace say what happens to nodes.</summary>
    public void Plan(MachineLayout layout)
    {
        if (trace is { IsEnabled: true }) Note(trace);
        foreach (var strike in course.Strikes)
        {
            var nodes = layout.Guests[strike.Guest];
            if (strike.RestartAfterNs is { } restart)
            {
                var guest = strike.Guest;
                _scheduler.Advanced.ScheduleOnce(TimeSpan.FromTicks(strike.AtNs / 100), () => Close(guest));
                var crash = PlannedCrashes.MessageFor(PlannedCrashes.DummyVIommu, restart);
                foreach (var dummy in nodes.Dummies) _kernel.DeliverAt(strike.AtNs, layout.Table[dummy], crash, null);
            }
            else _kernel.DeliverAt(strike.AtNs, layout.Table[nodes.Vcpus[0]], PlannedCrashes.MessageFor(PlannedCrashes.Vcpu, null), null);
        }
    }

    /// <summary>Carries a message that crosses between halves, or loses it. False: nothing is done to it.</summary>
    public bool Carry(long dueNs, NodeId to, IActorRef target, Message message, IActorRef sender, bool inTurn)
    {
        var from = message.From;
        if (!from.Exists || _isDeviceModel[from.Index] == _isDeviceModel[to.Index]) return false;
        var guest = _guests[to.Index];
        var link = _links[guest];
        if (link.IsClosed)
        {
            if (message is ReapFence or Reaped) return false;
            if (message is not (AttachCall or DevicePresence)) return true;
            link.IsClosed = false;
        }
        var isUp = _isDeviceModel[from.Index];
        var now = _kernel.NowNs;
        var arrives = course.Arrival(guest, isUp, now, dueNs, inTurn);
        if (arrives == dueNs) return false;
        // The scheduler counts in units of 100 ns; what the link holds can be called back, which a plain delivery cannot.
        var timer = _scheduler.ScheduleTellOnceCancelable(TimeSpan.FromTicks((arrives - now + 99) / 100), target, message, sender);
        link.Forget(now);
        link.UnderWay.Enqueue((arrives + 100, timer));
        return true;
    }

    private void Close(int guest)
    {
        var link = _links[guest];
        link.IsClosed = true;
        while (link.UnderWay.TryDequeue(out var held)) held.Timer.Cancel();
        course.Closed(guest);
    }

    private void Note(ITraceSink sink)
    {
        sink.Note(0, 0, PlanRemark.By, new PlanRemark(plan));
        foreach (var fault in plan.Faults)
        {
            At(fault.AtMs, new PlanRemark(fault, isOver: false));
            At(fault.AtMs + fault.ForMs, new PlanRemark(fault, isOver: true));
        }

        void At(long ms, PlanRemark remark) => _scheduler.Advanced.ScheduleOnce(
            TimeSpan.FromMilliseconds(ms), () => sink.Note(_kernel.Steps, _kernel.NowNs, PlanRemark.By, remark));
    }

    private sealed class Link
    {
        public bool IsClosed { get; set; }

        /// <summary>What is late, roughly by the time when it arrives.</summary>
        public Queue<(long ArrivedNs, ICancelable Timer)> UnderWay { get; } = [];

        public void Forget(long nowNs)
        {
            while (UnderWay.TryPeek(out var first) && first.ArrivedNs < nowNs) UnderWay.Dequeue();
        }
    }
}
