using VIommuActors.Simulation;

namespace VIommuActors.Exploration.Internals.Dpor;

/// <summary>A state on the current path: what was tried from it, what is being tried, what is planned.</summary>
internal sealed class Node
{
    /// <summary>Steps whose executions from here are all known, or will be found elsewhere; the sleep set.</summary>
    public List<Act> Sleep { get; init; } = [];

    /// <summary>Other steps still to be tried from here, each with what follows it.</summary>
    public List<Branch> Planned { get; init; } = [];

    /// <summary>The step being tried.</summary>
    public LaneId Chosen { get; set; }

    /// <summary>What must be tried after it.</summary>
    public List<Branch> Next { get; set; } = [];

    /// <summary>True when the choice is given from outside: no other is ever tried.</summary>
    public bool Fixed { get; init; }

    /// <summary>
    /// The step and what follows it are known. What can happen to one message sleeps and wakes together: all touch what one of
    /// them touches.
    /// </summary>
    public void FallAsleep(Act act)
    {
        var touched = act.Touched;
        for (int i = 0; i < Sleep.Count; i++)
        {
            if (IsSameMessage(Sleep[i].Lane, act.Lane))
            {
                touched = touched is null ? Sleep[i].Touched : [.. touched.Union(Sleep[i].Touched ?? [])];
            }
        }

        for (int i = 0; i < Sleep.Count; i++)
        {
            if (IsSameMessage(Sleep[i].Lane, act.Lane))
            {
                Sleep[i] = Sleep[i] with { Touched = touched };
            }
        }

        Sleep.Add(act with { Touched = touched });
    }

    /// <summary>True for two things that can happen to the first message of one lane.</summary>
    public static bool IsSameMessage(LaneId one, LaneId other) => one == other with { Fault = one.Fault };
}
