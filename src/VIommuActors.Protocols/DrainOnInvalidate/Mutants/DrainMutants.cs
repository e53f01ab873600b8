using System.Collections.Immutable;
using VIommuActors.Protocols.Common.Mutants;
using VIommuActors.Protocols.Seam;

namespace VIommuActors.Protocols.DrainOnInvalidate.Mutants;

/// <summary>The drain's defects by name; what each does wrong is in its twin.</summary>
internal static class DrainMutants
{
    private const string StaleWrite = "stale-write", StaleRead = "stale-read", Escape = "escape", LostCompletion = "lost-completion";

    public static ImmutableArray<Mutant> Of(IProtocol real) =>
    [
        In("drain-early-report", StaleWrite, "QEMU reports the drain before any device acknowledged it",
            new("peer-1x1x1", "random"),
            new ProtocolTwin(real) { DeviceModel = (port, _) => new EarlyReport(port) }),
        In("drain-first-ack", StaleWrite, "QEMU reports the drain when the first of two devices acknowledged it",
            new("peer-1x2x1", "random"),
            new ProtocolTwin(real) { DeviceModel = (port, options) => new FirstAck(port, real.CreateDeviceModelHalf(port, options)) }),
        In("drain-one-of-two", StaleWrite, "a device acknowledges when one of its two requests has ended", new("peer-burst", "pos"),
            new ProtocolTwin(real) { Device = (port, _) => new OneOfTwo(port) }),
        In("drain-forgets-translating", StaleWrite, "a device does not wait for a translation whose answer is on its way",
            new("peer-1x1x1", "pos"),
            new ProtocolTwin(real) { Device = (port, _) => new ForgetsTranslating(port) }),
        In("drain-writes-only", StaleRead, "a device waits for its writes and not for its reads", new("peer-reads", "pos"),
            new ProtocolTwin(real) { Device = (port, _) => new WritesOnly(port) }),
        In("drain-keeps-held", StaleWrite, "a device keeps a long-lived mapping over a drain that covers it", new("peer-mapper", "pos"),
            new ProtocolTwin(real) { Device = (port, _) => new KeepsHeld(port) }),
        In("drain-wrong-mask", StaleWrite, "a drain of several pages waits for translations of the first one only",
            new("peer-two-pages", "pos"),
            new ProtocolTwin(real) { Device = (port, options) => new WrongMask(real.CreateDeviceHalf(port, options)) }),
        In("drain-flush-late", StaleWrite, "QEMU is told before the IOTLB is flushed", new("peer-burst", "novel"),
            Hypervisor(real, (port, half) => new ShadowIotlb(port, half) { FlushesLater = true })),
        In("drain-fill-races-flush", StaleWrite, "the answer of a table walk enters the IOTLB after the flush that should have removed it",
            new("peer-burst", "pos"),
            Hypervisor(real, (port, half) => new ShadowIotlb(port, half) { FillsLater = true })),
        In("drain-domain-ignored", Escape, "the IOTLB is looked up by address without the domain id", new("peer-two-domains", "random"),
            Hypervisor(real, (port, half) => new ShadowIotlb(port, half) { IgnoresRequester = true })),
        In("drain-requester-unchecked", Escape, "the unit takes a translation of another requester without a look at who asks",
            new("peer-two-domains", "random"),
            Hypervisor(real, (port, half) => new OneRequester(port, half))),
        In("drain-clears-all", StaleWrite, "the completion of one vCPU's drain completes the other vCPU's invalidation too",
            new("peer-2x1x1", "pos"),
            new ProtocolTwin(real) { Hypervisor = (port, options) => new ClearsAll(port, options) }),
        In("drain-epoch-unchecked", StaleWrite, "a completion is taken for the open invalidation, whatever its epoch",
            new("peer-1x1x2", "novel", Faults: 1, "duplicate", "DrainComplete"),
            new ProtocolTwin(real)
            {
                Hypervisor = (port, options) => new DrainGate(port, DrainProtocol.IsSelective(options), epochs: false),
            }),
        In("drain-wait-passes", StaleWrite, "the wait descriptor completes although a drain before it is still open",
            new("peer-1x1x1", "random"),
            Hypervisor(real, (port, half) => new WaitPasses(port, half))),
        In("drain-context-unwaited", StaleWrite, "a context-cache invalidation completes without a drain", new("peer-detach", "random"),
            Hypervisor(real, (port, half) => new ContextUnwaited(port, half))),
        In("drain-query-once", LostCompletion, "with retransmission, a lost query is not repeated",
            new("peer-retransmit", "random", Faults: 1, "drop", "QueryCall"),
            new ProtocolTwin(real) { DeviceModel = (port, options) => new QueriesOnce(port, options, real) }),
    ];

    private static Mutant In(string name, string property, string breaks, MutantSearch search, ProtocolTwin twin) =>
        new(name, twin.Name, breaks, property, search) { Twin = twin };

    private static ProtocolTwin Hypervisor(IProtocol real, Func<IHypervisorPort, IHypervisorHalf, IHypervisorHalf> wrap) =>
        new(real) { Hypervisor = (port, options) => wrap(port, real.CreateHypervisorHalf(port, options)) };
}
