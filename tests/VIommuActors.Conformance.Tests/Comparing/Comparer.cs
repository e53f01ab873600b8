using VIommuActors.Conformance.Tests.Targets;

namespace VIommuActors.Conformance.Tests.Comparing;

/// <summary>Gives the same operations to two machines and compares reply by reply.</summary>
public static class Comparer
{
    /// <summary>Runs everything; null when all replies are alike.</summary>
    /// <remarks>Both machines work at the same time, in slices, so that a divergence ends the run soon.</remarks>
    public static Divergence? Compare(IReadOnlyList<Operation> operations, ITarget qemu, ITarget subject)
    {
        const int slice = 64;
        for (var first = 0; first < operations.Count; first += slice)
        {
            var steps = operations.Skip(first).Take(slice).SelectMany(operation => operation.Steps).ToList();
            var other = Task.Run(() => subject.Run(steps));
            var (theirs, ours) = (qemu.Run(steps), other.GetAwaiter().GetResult());
            for (var i = 0; i < steps.Count; i++)
                if (!KnownDifferences.Accept(steps[i], theirs[i], ours[i]))
                    return Locate(operations, first, i, theirs[i], ours[i]);
        }
        return null;
    }

    /// <summary>The same with machines started for it.</summary>
    public static Divergence? Compare(IReadOnlyList<Operation> operations, Func<ITarget> qemu, Func<ITarget> subject)
    {
        var starting = Task.Run(subject);
        using var a = qemu();
        using var b = starting.GetAwaiter().GetResult();
        return Compare(operations, a, b);
    }

    private static Divergence Locate(IReadOnlyList<Operation> operations, int first, int step, string theirs, string ours)
    {
        var operation = first;
        while (step >= operations[operation].Steps.Count) step -= operations[operation++].Steps.Count;
        return new Divergence([.. operations.Take(operation + 1)], step, theirs, ours);
    }
}
