using System.Text.Json.Nodes;
using VIommuActors.Exploration.Internals.Dpor;
using VIommuActors.Simulation;

namespace VIommuActors.Exploration.Strategies;

/// <summary>One schedule for every set of schedules that only swap independent steps: every different execution, each once.</summary>
/// <remarks>
/// Optimal dynamic partial-order reduction with wakeup trees and sleep sets, after Abdulla, Aronis, Jonsson and Sagonas, "Optimal dynamic
/// partial order reduction" (2014). What is a process there is a lane here: its next step is to deliver its first message. Two steps are
/// independent unless they have the same receiver or touch the same shared object, one of them writing
/// (<see cref="SimKernel.Touch"/>); what the kernel itself shares between actors it reports. Three things go beyond the paper: an actor
/// that takes messages of one sender only is one block that others may overtake as a whole; the possible faults of a message are
/// alternatives that are all tried; steps on the two sides of a moment at which time moved never swap.
/// </remarks>
public sealed class DporStrategy : IStrategy, ITouchObserver
{
    private readonly Execution _execution = new();
    private readonly List<Node> _path = []; // state before step i + 1
    private readonly List<Access> _touched = [];
    private readonly List<Act> _sequence = [];
    private readonly List<int> _races = [];
    private SimKernel _kernel = null!;
    private Step _open; // the step in progress: what it touches is not known yet
    private long _openInstant;
    private bool _hasOpen;
    private int _prefix;
    private int _givenChoices;
    private int _given; // steps that this schedule must begin with
    private bool _optional; // of the step about to begin
    private bool _openOptional;
    private bool _stuck;
    private bool _exhausted;
    private int _slots;
    private bool _late;
    private long _impossible;
    private Access[]? _unknown; // what a step may touch that was not seen in its place yet
    private bool _planned;
    private bool _again;
    private (Access[]? Unknown, long Impossible) _settled; // after the last schedule that was not given up

    /// <inheritdoc/>
    public string Name => "dpor";

    /// <inheritdoc/>
    public bool Proves => true;

    /// <inheritdoc/>
    public string? Gap =>
        _late ? "Actors got their slot in the middle of a schedule: register all actors at the beginning, or orders cannot be compared."
        : _impossible > 0
            ? $"{_impossible} planned order(s) turned out impossible: steps depend on each other in a way that was not reported."
        : null;

    private bool HasFaults => _kernel.Faults is not null;

    /// <inheritdoc/>
    public void Attach(SimKernel kernel, int prefix)
    {
        _kernel = kernel;
        _prefix = prefix;
    }

    /// <inheritdoc/>
    public bool Begin(long schedule)
    {
        _path.RemoveRange(_given, _path.Count - _given);
        _execution.Truncate(Math.Min(_execution.Count, Math.Max(0, _given - 1)));
        _hasOpen = false;
        _optional = false;
        _givenChoices = 0;
        _stuck = false;
        _slots = 0;
        // What a schedule that was given up has learned is learned again, by the one in its place.
        (_unknown, _impossible) = _settled;
        _again = false;
        return !_exhausted;
    }

    /// <inheritdoc/>
    public int Next(ReadOnlySpan<LaneId> enabled)
    {
        int step = (int)_kernel.Steps + 1;
        if (step > _path.Count && !Extend(step, enabled))
        {
            _stuck = true;
            _kernel.Stop(); // after one more step, which counts for nothing
            return 0;
        }

        var node = _path[step - 1];
        var chosen = node.Chosen;
        _optional = HasOthers(chosen, enabled);
        if (_optional && step >= _given)
        {
            PlanOthers(node, enabled);
        }

        int index = enabled.IndexOf(chosen);
        if (index < 0)
        {
            throw new InvalidOperationException(
                $"Step {step} was from slot {chosen.Sender} to slot {chosen.Receiver} before "
                + "and is impossible now: the world does not begin in the same state.");
        }

        return index;
    }

    /// <inheritdoc/>
    public void Delivering(in Step step)
    {
        if (_stuck)
        {
            return;
        }

        Seal();
        if (step.Number == 1)
        {
            _slots = _kernel.SlotCount;
        }

        bool isGiven = step.Enabled > 1 && _givenChoices < _prefix;
        _givenChoices += isGiven ? 1 : 0;
        if (step.Number > _path.Count)
        {
            // Nobody was asked: the only choice, or one of the prefix.
            bool isFixed = isGiven || (_givenChoices < _prefix && (_path.Count == 0 || _path[^1].Fixed));
            if (isFixed)
            {
                _path.Add(new Node { Fixed = true, Chosen = step.Lane });
            }
            else if (!Extend((int)step.Number, [step.Lane]))
            {
                _stuck = true;
                _kernel.Stop();
                return;
            }
        }

        _hasOpen = true;
        _open = step;
        _openOptional = _optional;
        _optional = false;
        _openInstant = _kernel.Instants;
        _touched.Clear();
    }

    /// <inheritdoc/>
    public void Touched(long sharedObject, bool write)
    {
        var access = new Access(sharedObject, write);
        if (_hasOpen && !_touched.Contains(access))
        {
            _touched.Add(access);
        }
    }

    /// <inheritdoc/>
    public bool End()
    {
        Seal();
        _late |= _slots != 0 && _kernel.SlotCount != _slots;
        PlanReversals();
        _settled = (_unknown, _impossible);
        if (_again)
        {
            // What was skipped so far was skipped for the wrong reason.
            _again = false;
            _path.Clear();
            _given = 0;
            return !_stuck;
        }

        Backtrack();
        return !_stuck;
    }

    /// <inheritdoc/>
    public JsonObject Save() => DporState.Save(
        _path.Take(_given), new DporFlags(_exhausted, _late, _settled.Impossible, _planned, _settled.Unknown));

    /// <inheritdoc/>
    public void Load(JsonObject state)
    {
        _path.Clear();
        _path.AddRange(DporState.Load(state, out var flags));
        (_exhausted, _late, _impossible, _planned, _unknown) = flags;
        _settled = (_unknown, _impossible);
        _given = _path.Count;
        _execution.Truncate(0);
    }

    /// <inheritdoc/>
    int IChoice.Next(int count) => throw new NotSupportedException("dpor decides by lane.");

    /// <summary>Adds the state before a step: who sleeps, what is planned, what to try. False when everything enabled sleeps.</summary>
    private bool Extend(int step, ReadOnlySpan<LaneId> enabled)
    {
        Seal();
        var node = new Node();
        if (step > 1)
        {
            var parent = _path[step - 2];
            var taken = _execution[step - 1].Act;
            foreach (var sleeper in parent.Sleep)
            {
                if (!sleeper.DependsOn(taken))
                {
                    node.Sleep.Add(sleeper);
                }
            }

            node.Planned.AddRange(parent.Next);
        }

        while (node.Planned.Count > 0)
        {
            var first = node.Planned[0];
            node.Planned.RemoveAt(0);
            if (enabled.Contains(first.Act.Lane))
            {
                node.Chosen = first.Act.Lane;
                node.Next = first.Children;
                _path.Add(node);
                return true;
            }

            _impossible++;
        }

        foreach (var lane in enabled)
        {
            if (lane.Fault == LaneFault.None && !node.Sleep.Exists(sleeper => sleeper.Lane == lane))
            {
                node.Chosen = lane;
                _path.Add(node);
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// What else could happen to the message is tried next, before any other lane: a lane sleeps when all of that is known.
    /// </summary>
    private void PlanOthers(Node node, ReadOnlySpan<LaneId> enabled)
    {
        var chosen = node.Chosen;
        int at = 0;
        foreach (var lane in enabled)
        {
            if (IsOther(lane, chosen) && !node.Sleep.Exists(act => act.Lane == lane))
            {
                int planned = node.Planned.FindIndex(branch => branch.Act.Lane == lane);
                var other = planned < 0 ? new Branch(new Act(lane, _unknown, Optional: true)) : node.Planned[planned];
                if (planned >= 0)
                {
                    node.Planned.RemoveAt(planned);
                }

                node.Planned.Insert(at++, other);
            }
        }
    }

    private static bool HasOthers(LaneId chosen, ReadOnlySpan<LaneId> enabled)
    {
        foreach (var lane in enabled)
        {
            if (IsOther(lane, chosen))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsOther(LaneId lane, LaneId chosen) =>
        lane.Fault != chosen.Fault && lane == chosen with { Fault = lane.Fault };

    /// <summary>The step in progress is over: records it with what it touched.</summary>
    private void Seal()
    {
        if (!_hasOpen)
        {
            return;
        }

        _hasOpen = false;
        if (_open.Number > _execution.Count)
        {
            var act = new Act(_open.Lane, _touched.Count > 0 ? [.. _touched] : null, _openOptional);
            _execution.Add(act, _open, _openInstant);
            Notice(act);
        }

    }

    /// <summary>Remembers whether steps of this world touch shared objects at all, and whether they touch other actors.</summary>
    private void Notice(in Act act)
    {
        var unknown = act.Unknown(_unknown);
        if (!ReferenceEquals(unknown, _unknown))
        {
            _unknown = unknown;
            _again |= _planned;
        }
    }

    /// <summary>For every two steps of the execution that could have come in the other order: plans a schedule in which they do.</summary>
    private void PlanReversals()
    {
        _planned = true;
        for (int step = 1; step <= _execution.Count; step++)
        {
            _execution.Races(step, _races);
            foreach (int early in _races)
            {
                Plan(early, _execution[step].Act.Lane);
            }
        }

        foreach (var (lane, cause, arrived) in _kernel.WaitingLanes())
        {
            // Never taken in this execution, but it could have come before the actor closed the lane.
            if (cause > _execution.Count)
            {
                continue; // sent by the step after the end of a run that was given up
            }

            int early = _execution.Overtaken(lane, (int)cause, arrived, _execution.LastOf(lane.Receiver));
            if (early != 0)
            {
                Plan(early, lane);
            }
        }

        foreach (var (lane, cause, arrived) in _kernel.StrandedLanes)
        {
            int early = cause > _execution.Count ? 0 : _execution.StoppedBy(lane, (int)cause, arrived);
            if (early != 0)
            {
                Plan(early, lane);
            }
        }
    }

    /// <summary>Plans, at the state before a step, everything that does not happen after that step, and then the late one.</summary>
    /// <remarks>
    /// What the late step will touch when it comes early is not known. In a world without shared objects nothing; otherwise it counts as
    /// depending on all that could matter, or a sleeping step could hide an order that only its new place makes.
    /// </remarks>
    private void Plan(int early, LaneId late)
    {
        var node = _path[early - 1];
        if (node.Fixed)
        {
            return;
        }

        _execution.Unaffected(early, _sequence);
        _sequence.Add(new Act(late, _unknown, Optional: HasFaults));
        foreach (var sleeper in node.Sleep)
        {
            // Another fate of the early step's own message may touch less and so be no obstacle, but it does not lead to this one.
            if (!Node.IsSameMessage(sleeper.Lane, node.Chosen) && Branch.CanBegin(sleeper, _sequence, out _))
            {
                return; // found when the sleeper was tried
            }
        }

        Branch.Insert(node.Planned, _sequence, extend: HasFaults);
    }

    /// <summary>The deepest state with something left to try; the steps to it are what the next schedule must begin with.</summary>
    private void Backtrack()
    {
        for (int step = _path.Count; step > 0; step--)
        {
            var node = _path[step - 1];
            if (node.Planned.Count > 0)
            {
                node.FallAsleep(_execution[step].Act);
                if (HasFaults)
                {
                    Branch.Prune(node.Planned, node.Sleep);
                }
            }

            if (node.Planned.Count > 0)
            {
                node.Chosen = node.Planned[0].Act.Lane;
                node.Next = node.Planned[0].Children;
                node.Planned.RemoveAt(0);
                _given = step;
                return;
            }
        }

        _given = 0;
        _exhausted = true;
    }
}
