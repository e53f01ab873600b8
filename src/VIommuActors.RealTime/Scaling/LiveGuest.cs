using VIommuActors.Actors;
using VIommuActors.Blueprints.Figures;
using VIommuActors.Guest.Cpu;
using VIommuActors.Oracle;
using VIommuActors.Vtd.Memory;

namespace VIommuActors.RealTime.Scaling;

/// <summary>One guest of a run: its machine as a spec, who watches it, and what is known of it.</summary>
internal sealed class LiveGuest
{
    private readonly JudgedGuest? _judge;
    private readonly UnjudgedGuest? _counts;
    private readonly GuestRam? _ram;

    /// <summary>Guest <paramref name="number"/>; nothing of it runs yet.</summary>
    /// <param name="state">The run.</param>
    /// <param name="number">Its number.</param>
    /// <param name="threads">Where it runs.</param>
    /// <param name="beforeWork">Awaited by each vCPU between start-up and its first round.</param>
    /// <param name="ended">Called when its last vCPU has ended, on that one's thread.</param>
    public LiveGuest(RunState state, int number, GuestDispatcher threads, Func<IGuestCpu, GuestCode> beforeWork, Action ended)
    {
        Record = new GuestRecord(state.Plan.Scenario.Topology.Vcpus, state.DmaNs, ended, threads.IsSingle) { Costs = state.Costs };
        if (state.Request.HasOracle)
        {
            // The judge orders what it is told by this number; nobody else is told anything while it asks.
            var seen = 0L;
            _judge = new JudgedGuest(state.Clock, () => ++seen, state.InvalidationNs.Record, ownThread: threads.IsSingle);
            Machine = state.Plan.Machine(number, _judge, _judge, Record, Record, beforeWork);
        }
        else
        {
            _counts = new UnjudgedGuest(Nowhere.Instance, state.InvalidationNs.Record);
            Machine = state.Plan.Machine(number, _counts, _counts, Record, Record, beforeWork);
        }
        _ram = Machine.Guests[0].Ram as GuestRam;
    }

    /// <summary>What its actors are built from.</summary>
    public MachineSpec Machine { get; }

    /// <summary>Its messages, and how its vCPUs ended.</summary>
    public GuestRecord Record { get; }

    /// <summary>Bytes of RAM that it has touched: whole pages.</summary>
    public long TouchedBytes => 4096L * (_ram?.AllocatedPages ?? 0);

    /// <summary>Adds the guest to the figures of a run. Nothing of it runs any more.</summary>
    /// <param name="figures">The sum so far.</param>
    /// <param name="hangs">A vCPU that has not ended by now never will.</param>
    public void AddTo(RunFigures figures, bool hangs)
    {
        Record.HandOver();
        figures.Messages += Record.Messages;
        figures.BytesCopied += Record.BytesCopied;
        figures.StoppedVcpus += Record.Stopped;
        if (hangs) figures.StuckVcpus += Record.Running;
        figures.Remarks = [.. figures.Remarks, .. Record.Stops.Take(Math.Max(0, 20 - figures.Remarks.Length))];
        if (_judge is not null) AddJudged(figures, hangs && Record.Running > 0);
        else AddCounted(figures);
    }

    private void AddJudged(RunFigures figures, bool hangs)
    {
        if (hangs)
        {
            foreach (var vcpu in Record.Blocked) _judge!.TimedOut(vcpu.Guest, vcpu.Index, 0);
        }
        _judge!.Ask(oracle =>
        {
            figures.DmasOpen += oracle.Unfinished;
            if (hangs) oracle.Close();
            figures.Dmas += oracle.Issues;
            figures.DmasDone += oracle.Done;
            figures.DmasFaulted += oracle.Faulted;
            figures.DmasAbandoned += oracle.AbandonedRequests;
            figures.Invalidations += oracle.Invalidations;
            figures.ExposedAccesses += oracle.ExposedAccesses;
            figures.ExposureMaxNs = Math.Max(figures.ExposureMaxNs, oracle.ExposureMaxNs);
            foreach (var property in Properties.All) figures[property] += oracle.Count(property);
            var room = DmaOracle.DetailLimit - figures.Details.Length;
            if (room > 0 && oracle.Violations.Count > 0) figures.Details = [.. figures.Details, .. oracle.Violations.Take(room)];
            return true;
        });
    }

    private void AddCounted(RunFigures figures)
    {
        figures.Dmas += _counts!.Issues;
        figures.DmasDone += _counts.Done;
        figures.DmasFaulted += _counts.Faulted;
        figures.DmasAbandoned += _counts.AbandonedRequests;
        figures.DmasOpen += _counts.Issues - _counts.Done - _counts.Faulted - _counts.AbandonedRequests;
        figures.Invalidations += _counts.Invalidations;
    }

    /// <summary>Where everything is when nobody judges.</summary>
    private sealed class Nowhere : IRunPosition
    {
        public static Nowhere Instance { get; } = new();

        public long Step => 0;

        public long NowNs => 0;
    }
}
