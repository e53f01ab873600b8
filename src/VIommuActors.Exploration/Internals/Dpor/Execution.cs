using System.Numerics;
using VIommuActors.Simulation;

namespace VIommuActors.Exploration.Internals.Dpor;

/// <summary>The steps of the current execution, numbered from 1, and which happens before which.</summary>
/// <remarks>
/// A step happens after the step that sent its message, after its receiver's previous step, after every earlier step that it depends on
/// through a shared object, and after everything before time last moved. Everything else could as well have come in the other order.
/// </remarks>
internal sealed class Execution
{
    private readonly List<Event> _events = [default];
    private readonly List<ulong[]> _before = [[]]; // bit j of entry i: step j happens before step i, or is it
    private readonly List<int> _last = []; // receiver slot → its last step
    private int _touching; // steps that touched something

    /// <summary>Number of steps.</summary>
    public int Count => _events.Count - 1;

    public Event this[int step] => _events[step];

    /// <summary>True when the first step happens before the second or is the same; nothing happens before step 0.</summary>
    public bool HappensBefore(int first, int second) => first <= second && ((_before[second][first >> 6] >> first) & 1) != 0;

    /// <summary>Forgets all steps after the given one.</summary>
    public void Truncate(int steps)
    {
        while (Count > steps)
        {
            var last = _events[^1];
            _last[last.Act.Lane.Receiver] = last.Previous;
            _touching -= last.Act.Touched is null ? 0 : 1;
            _events.RemoveAt(_events.Count - 1);
        }
    }

    /// <summary>The receiver's last step; 0 for none.</summary>
    public int LastOf(int receiver) => receiver < _last.Count ? _last[receiver] : 0;

    public void Add(Act act, in Step step, long instant)
    {
        int receiver = act.Lane.Receiver;
        while (_last.Count <= receiver)
        {
            _last.Add(0);
        }

        int number = _events.Count;
        var added = new Event(act, (int)step.Cause, _last[receiver], instant, step.Arrived, step.Exclusive, step.Unstashed);
        _events.Add(added);
        _last[receiver] = number;
        _touching += act.Touched is null ? 0 : 1;
        Order(number, added);
    }

    /// <summary>
    /// The latest step of the same receiver that a message could have overtaken: it was sent independently of that step, and the receiver
    /// would have taken it. 0 for none. While an actor waits for one sender others cannot overtake, but they can overtake the whole wait.
    /// </summary>
    /// <param name="lane">Lane of the message.</param>
    /// <param name="cause">Step that sent it.</param>
    /// <param name="arrived">How often time had moved when it arrived.</param>
    /// <param name="last">The receiver's last step before the message.</param>
    public int Overtaken(LaneId lane, int cause, long arrived, int last)
    {
        for (int step = last; step != 0; step = _events[step].Previous)
        {
            bool sameSender = _events[step].Act.Lane.Sender == lane.Sender && !_events[step].Unstashed;
            bool sameLane = sameSender && _events[step].Act.Lane.Side == lane.Side;
            if (sameLane || _events[step].Instant < arrived || HappensBefore(step, cause))
            {
                return 0;
            }

            // A wait for one sender takes what was set aside of that sender as well as what was not.
            if (!_events[step].Exclusive || sameSender)
            {
                return step;
            }
        }

        return 0;
    }

    /// <summary>Earlier steps that could as well have come after this one, the receiver's own first.</summary>
    /// <remarks>
    /// Only direct ones: if another step lies between the two in the order, its own races come first. A wait that is overtaken as a whole
    /// always lies between, and does not count.
    /// </remarks>
    public void Races(int step, List<int> races)
    {
        races.Clear();
        var late = _events[step];
        int overtaken = Overtaken(late.Act.Lane, late.Cause, late.Arrived, late.Previous);
        if (overtaken != 0 && (overtaken != late.Previous || _touching == 0 || IsDirect(overtaken, step)))
        {
            races.Add(overtaken);
        }

        for (int early = step - 1; _touching > 0 && early > 0; early--)
        {
            if (_events[early].Instant >= late.Arrived
                && _events[early].Act.Lane.Receiver != late.Act.Lane.Receiver
                && late.Act.DependsOn(_events[early].Act)
                && !HappensBefore(early, late.Cause)
                && IsDirect(early, step))
            {
                races.Add(early);
            }
        }
    }

    /// <summary>
    /// The latest step before which a message could have been handled that found its receiver stopped: one of the receiver's own, or the
    /// one that stopped it. 0 for none.
    /// </summary>
    /// <param name="lane">Lane of the message.</param>
    /// <param name="cause">Step that sent it.</param>
    /// <param name="arrived">How often time had moved when it was sent.</param>
    public int StoppedBy(LaneId lane, int cause, long arrived)
    {
        var message = new Act(lane, null);
        for (int step = Count; step > 0 && _events[step].Instant >= arrived; step--)
        {
            if (_events[step].Act.Lane.Receiver == lane.Receiver)
            {
                return Overtaken(lane, cause, arrived, step);
            }

            if (_events[step].Act.DependsOn(message))
            {
                return HappensBefore(step, cause) ? 0 : step;
            }
        }

        return 0;
    }

    /// <summary>The steps after the given one that do not happen after it.</summary>
    /// <param name="step">The step.</param>
    /// <param name="sequence">Receives the steps, in order.</param>
    public void Unaffected(int step, List<Act> sequence)
    {
        sequence.Clear();
        for (int later = step + 1; later < _events.Count; later++)
        {
            if (!HappensBefore(step, later))
            {
                sequence.Add(_events[later].Act);
            }
        }
    }

    private bool IsDirect(int early, int late)
    {
        for (int step = early + 1; step < late; step++)
        {
            if (HappensBefore(early, step) && HappensBefore(step, late))
            {
                return false;
            }
        }

        return true;
    }

    private void Order(int step, in Event added)
    {
        int words = (step >> 6) + 1;
        if (_before.Count == step)
        {
            _before.Add(new ulong[(int)BitOperations.RoundUpToPowerOf2((uint)words)]);
        }

        ulong[] before = _before[step];
        Array.Clear(before);
        before[step >> 6] = 1UL << (step & 63);
        Merge(before, added.Previous);
        Merge(before, added.Cause);
        if (step > 1 && _events[step - 1].Instant == added.Instant)
        {
            // The same moment as the step before: what came before the moment came before both.
            if (added.Instant > 0)
            {
                FillUntilInstant(before, step);
            }
        }
        else
        {
            Fill(before, step);
        }

        for (int early = step - 1; _touching > 0 && early > 0; early--)
        {
            if (((before[early >> 6] >> early) & 1) == 0 && added.Act.DependsOn(_events[early].Act))
            {
                Merge(before, early);
            }
        }
    }

    private void Merge(ulong[] into, int step)
    {
        ulong[] from = _before[step];
        int words = (step >> 6) + 1;
        for (int i = 0; i < words && i < from.Length; i++)
        {
            into[i] |= from[i];
        }
    }

    private void FillUntilInstant(ulong[] before, int step)
    {
        int first = step;
        while (first > 1 && _events[first - 1].Instant == _events[step].Instant)
        {
            first--;
        }

        Fill(before, first);
    }

    /// <summary>All steps before the given one.</summary>
    private static void Fill(ulong[] before, int step)
    {
        for (int i = 1; i < step; i++)
        {
            before[i >> 6] |= 1UL << (i & 63);
        }
    }
}
