using System.Collections.Immutable;
using VIommuActors.Seeds;

namespace VIommuActors.Blueprints.Faults;

/// <summary>
/// What a plan for nodes does to the guests of one run in virtual time: which halves die and when, and how much later messages between
/// halves arrive. The same plan and the same draws give the same course.
/// </summary>
/// <remarks>
/// <para>A killed device model takes the emulators of its guests with it; they may come back after the fault's time and
/// <see cref="ClusterTerms.NoticeNs"/>, which the others need to notice. A killed hypervisor takes its guests: they panic and are lost,
/// which is no hang. A cut holds what its halves send each other until the first sending again after it has healed. A cut of more than
/// <see cref="ClusterTerms.ToleratedNs"/> ends there as a kill would: a device model is fenced and comes back once the cut has healed, a
/// hypervisor's guests are lost.</para>
/// <para>A slow node's messages to other halves leave it later. A lost frame costs the wait for its sending again, which may be lost as
/// well; a doubled one costs nothing, the link takes it once. The link keeps the order of each direction, so what waits holds up what
/// was sent after it. How long the plan's run was to last is not looked at: a run in virtual time ends with its guests' work.</para>
/// </remarks>
public sealed class PlanCourse
{
    private const long NsPerMs = 1_000_000;

    private readonly FaultPlan _plan;
    private readonly PlanPlaces _places;
    private readonly SeededRandom _dice;
    private readonly Direction[] _directions;

    /// <summary>The course of a plan.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="guests">How many guests there are.</param>
    /// <param name="dice">Draws of lost frames.</param>
    /// <exception cref="FormatException">The plan has no node of one of the roles.</exception>
    public PlanCourse(FaultPlan plan, int guests, SeededRandom dice)
    {
        (_plan, _places, _dice) = (plan, new PlanPlaces(plan), dice);
        _directions = [.. Enumerable.Range(0, 2 * guests).Select(_ => new Direction())];
        Strikes = StrikesOf(guests);
    }

    /// <summary>Who dies, by time and then by guest.</summary>
    public ImmutableArray<PlannedStrike> Strikes { get; }

    /// <summary>When a message from one half of a guest arrives at the other.</summary>
    /// <param name="guest">The guest.</param>
    /// <param name="isUp">From the device model to the hypervisor.</param>
    /// <param name="nowNs">When it is sent.</param>
    /// <param name="dueNs">When it would arrive if nothing happened to it.</param>
    /// <param name="inTurn">False for one that is late on purpose: nothing waits behind it.</param>
    public long Arrival(int guest, bool isUp, long nowNs, long dueNs, bool inTurn = true)
    {
        var direction = _directions[(2 * guest) + (isUp ? 1 : 0)];
        var sender = isUp ? _places.DeviceModelOf(guest) : _places.HypervisorOf(guest);
        var extra = 0L;
        foreach (var fault in _plan.Faults)
        {
            if (fault.Kind == PlannedFaultKind.Slow && fault.Node == sender && Began(fault) <= nowNs && nowNs < Ended(fault))
                extra += fault.DelayMs * NsPerMs;
        }
        var (sent, travels) = (nowNs + extra, dueNs - nowNs);
        if (_plan.LossPerMille > 0)
        {
            // A link on which everything is lost never gets anything across; a bound keeps the run going.
            for (var (tries, wait) = (0, ClusterTerms.FirstRetryNs); tries < 30 && _dice.Next(1000) < _plan.LossPerMille; tries++)
            {
                sent += wait;
                wait = Math.Min(wait * 2, ClusterTerms.LongestRetryNs);
            }
        }
        var arrives = sent + travels;
        foreach (var fault in _plan.Faults)
        {
            if (fault.Kind != PlannedFaultKind.Partition || !_places.Concerns(fault.Node, guest)) continue;
            var (began, healed) = (Began(fault), Ended(fault));
            if (arrives >= began && sent < healed) arrives = ClusterTerms.RetryFrom(sent, healed) + travels;
        }
        if (!inTurn) return arrives;
        return direction.LatestNs = Math.Max(arrives, direction.LatestNs);
    }

    /// <summary>The guest's session was closed: what was under way in it is gone, and nothing waits for it.</summary>
    public void Closed(int guest)
    {
        _directions[2 * guest].LatestNs = 0;
        _directions[(2 * guest) + 1].LatestNs = 0;
    }

    private static long Began(PlannedFault fault) => fault.AtMs * NsPerMs;

    private static long Ended(PlannedFault fault) => (fault.AtMs + fault.ForMs) * NsPerMs;

    private ImmutableArray<PlannedStrike> StrikesOf(int guests)
    {
        var strikes = new List<PlannedStrike>();
        foreach (var fault in _plan.Faults)
        {
            var (at, length) = (Began(fault), fault.ForMs * NsPerMs);
            long restart;
            string how;
            if (fault.Kind == PlannedFaultKind.Kill) (restart, how) = (length + ClusterTerms.NoticeNs, "was killed");
            else if (fault.Kind == PlannedFaultKind.Partition && length > ClusterTerms.ToleratedNs)
            {
                at += ClusterTerms.ToleratedNs;
                (restart, how) = (length - ClusterTerms.ToleratedNs, "was cut off too long");
            }
            else continue;
            for (var guest = 0; guest < guests; guest++)
            {
                if (_places.HypervisorOf(guest) == fault.Node) strikes.Add(new(at, guest, fault.Node, null, how));
                else if (_places.DeviceModelOf(guest) == fault.Node) strikes.Add(new(at, guest, fault.Node, restart, how));
            }
        }
        return [.. strikes.OrderBy(strike => strike.AtNs).ThenBy(strike => strike.Guest)];
    }

    private sealed class Direction
    {
        public long LatestNs { get; set; }
    }
}
