using System.Collections.Immutable;
using VIommuActors.Protocols.Seam;

namespace VIommuActors.Machine.Mutants;

/// <summary>A defect of the machine around the designs.</summary>
/// <param name="Name">Name on the command line.</param>
/// <param name="Protocol">Design with which it shows.</param>
/// <param name="Breaks">What it does wrong, one sentence.</param>
/// <param name="Property">The property that catches it.</param>
/// <param name="Search">Where and how it is found.</param>
/// <param name="Parts">The machine with the defect in it.</param>
public sealed record MachineMutant(string Name, string Protocol, string Breaks, string Property, MutantSearch Search, MachineParts Parts)
    : Mutant(Name, Protocol, Breaks, Property, Search);

/// <summary>The machine's defects by name; what each does wrong is in its twin.</summary>
public static class MachineMutants
{
    /// <summary>All of them.</summary>
    public static ImmutableArray<MachineMutant> All { get; } =
    [
        new("upcall-cleared-late", "drain", "the dummy vIOMMU clears the event channel's pending bit after it has looked at the slots",
            "lost-completion", new("peer-1x1x2", "pos"), new LateClearing()),
        new("tail-only-stored", "drain", "a write of IQT only stores the tail; the queue runs when IQH is read", "lost-completion",
            new("peer-1x1x1", "random"), new StoredTail()),
        new("reaped-by-one", "drain", "an emulator counts as dead and drained when the first of its threads is reaped", "stale-write",
            new("peer-1x1x1", "pos", Faults: 1, "crash", "dummy-viommu"), new ReapedByOne()),
        new("fault-reason-misplaced", "drain", "FRCD reports the fault reason in bits 55:48 instead of 39:32", "wrong-fault",
            new("peer-1x1x2", "random"), new MisplacedReason()),
    ];
}
