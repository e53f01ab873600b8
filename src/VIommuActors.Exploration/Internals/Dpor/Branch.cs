namespace VIommuActors.Exploration.Internals.Dpor;

/// <summary>A node of a wakeup tree: a step to take, and what to take after it. No children: from there on the order is free.</summary>
internal sealed class Branch(Act act)
{
    public Act Act { get; } = act;

    public List<Branch> Children { get; init; } = [];

    /// <summary>Adds a sequence unless the tree already leads to an execution that contains it; new leaves come after all others.</summary>
    /// <param name="branches">Alternatives at one state, in the order in which they will be tried.</param>
    /// <param name="sequence">Steps from that state; used up.</param>
    /// <param name="extend">
    /// Lengthens a leaf that the sequence begins with instead of leaving the rest to chance: with faults a leaf may turn out to be
    /// covered by a sleeping step (<see cref="Prune"/>) when what the sequence adds to it is not.
    /// </param>
    public static void Insert(List<Branch> branches, List<Act> sequence, bool extend)
    {
        while (Find(branches, sequence) is { } known)
        {
            if (known.Children.Count == 0 && !extend)
            {
                return;
            }

            branches = known.Children;
        }

        foreach (var act in sequence)
        {
            var added = new Branch(act);
            branches.Add(added);
            branches = added.Children;
        }
    }

    /// <summary>
    /// True when the sequence can begin with the step: it contains it with nothing before that it depends on,
    /// or is independent of it altogether.
    /// </summary>
    /// <param name="step">The step.</param>
    /// <param name="sequence">The sequence.</param>
    /// <param name="at">Where the step is, or -1 when it is not in the sequence.</param>
    public static bool CanBegin(in Act step, List<Act> sequence, out int at)
    {
        for (at = 0; at < sequence.Count; at++)
        {
            if (sequence[at].Lane == step.Lane)
            {
                return true;
            }

            if (sequence[at].DependsOn(step))
            {
                return false;
            }
        }

        at = -1;
        return true;
    }

    /// <summary>Takes away what leads only to executions that begin with a sleeping step, and so were found when that was tried.</summary>
    /// <remarks>
    /// Needed with faults only: each of a message's alternatives is planned by itself, whatever led to the first of them.
    /// </remarks>
    /// <param name="branches">Alternatives at one state.</param>
    /// <param name="sleep">Steps that sleep there.</param>
    public static void Prune(List<Branch> branches, List<Act> sleep)
    {
        var path = new List<Act>();
        branches.RemoveAll(branch => branch.IsCovered(path, sleep));
    }

    private bool IsCovered(List<Act> path, List<Act> sleep)
    {
        path.Add(Act);
        bool covered;
        if (Children.Count > 0)
        {
            Children.RemoveAll(child => child.IsCovered(path, sleep));
            covered = Children.Count == 0;
        }
        else
        {
            covered = sleep.Exists(sleeper => CanBegin(sleeper, path, out _));
        }

        path.RemoveAt(path.Count - 1);
        return covered;
    }

    private static Branch? Find(List<Branch> branches, List<Act> sequence)
    {
        foreach (var branch in branches)
        {
            // A message that may suffer a fault leads to what the sequence leads to only if the sequence decides what happens to it.
            if (CanBegin(branch.Act, sequence, out int at) && (at >= 0 || !branch.Act.Optional))
            {
                if (at >= 0)
                {
                    sequence.RemoveAt(at);
                }

                return branch;
            }
        }

        return null;
    }
}
