using System.Collections.Immutable;
using VIommuActors.Protocols.Seam;

namespace VIommuActors.Protocols.Ats.Mutants;

/// <summary>The defects of ATS by name; what each does wrong is in its twin.</summary>
internal static class AtsMutants
{
    private const string StaleWrite = "stale-write";

    public static ImmutableArray<Mutant> Of(IProtocol real) =>
    [
        In("ats-early-answer", "a device completes an invalidation although it still uses the translation", new("peer-1x1x1", "random"),
            new ProtocolTwin(real) { Device = (port, options) => new EarlyAnswer(port, AtsProtocol.EntriesOf(options)) }),
        In("ats-keeps-late-answer", "a device keeps a translation that was on its way when the invalidation came",
            new("peer-burst", "pos", Faults: 1, "reorder", "AtsTranslated"),
            new ProtocolTwin(real) { Device = (port, options) => new KeepsLateAnswer(port, AtsProtocol.EntriesOf(options)) }),
        In("ats-first-completion", "the first device's completion counts for every device", new("peer-1x2x1", "random"),
            new ProtocolTwin(real) { Hypervisor = (port, options) => new FirstCompletion(port, real.CreateHypervisorHalf(port, options)) }),
        In("ats-first-page", "a device invalidates the first page of the range only", new("peer-two-pages", "pos"),
            new ProtocolTwin(real) { Device = (port, options) => new FirstPage(real.CreateDeviceHalf(port, options)) }),
    ];

    private static Mutant In(string name, string breaks, MutantSearch search, ProtocolTwin twin) =>
        new(name, twin.Name, breaks, StaleWrite, search) { Twin = twin };
}
