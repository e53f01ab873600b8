using System.Collections.Immutable;
using VIommuActors.Protocols.Seam;

namespace VIommuActors.Protocols.Memcpy.Mutants;

/// <summary>The defects of memcpy by name; what each does wrong is in its twin.</summary>
internal static class MemcpyMutants
{
    private const string StaleWrite = "stale-write";

    public static ImmutableArray<Mutant> Of(IProtocol real) =>
    [
        In(real, "memcpy-two-steps", "the hypervisor translates in one step and copies in a later one", new("peer-1x1x1", "random"),
            port => new TwoSteps(port)),
        In(real, "memcpy-unlocked", "register writes do not wait for copies under way", new("peer-1x1x1", "random"),
            port => new Unlocked(port, new CopyService(port))),
        In(real, "memcpy-checked-not-held",
            "no copy is under way when a register write is let in, but one may begin before it takes effect",
            new("peer-burst", "random"),
            port => new CheckedNotHeld(port, new CopyService(port))),
    ];

    private static Mutant In(
        IProtocol real, string name, string breaks, MutantSearch search, Func<IHypervisorPort, IHypervisorHalf> build) =>
        new(name, real.Name, breaks, StaleWrite, search)
        {
            Twin = new ProtocolTwin(real) { Hypervisor = (port, _) => build(port) },
        };
}
