using VIommuActors.Protocols.Messages;
using VIommuActors.Wire.Messages;
using VIommuActors.Vtd;
using VIommuActors.Vtd.Translation;
using VIommuActors.Xen.IoRequests;

namespace VIommuActors.Wire.Tests.Samples;

/// <summary>One message of each kind, with every field set to something of its own.</summary>
internal static class GoldenSamples
{
    private static readonly NodeId From = new(2), Other = new(5);
    private static readonly Iova Iova = new(0xffff_f000);
    private static readonly GuestPhysical Physical = new(0x1_2345_6000);
    private static readonly SourceId Source = new(0x0018);
    private static readonly DrainScope Scope = new(true, new DomainId(7), new Iova(0x7000), 3);

    public static IReadOnlyList<Message> Parties { get; } =
    [
        new TranslateCall(From, 11, Source, Iova, Permission.Write),
        new TranslateReply(From, 11, Iova, -14, Physical, 0xfff, Permission.ReadWrite, new DomainId(7)),
        new DmaAccess(From, 11, Source, 123, Iova, Physical, 4096, true),
        new DmaDone(From, (3 << 20) | 11),
        new Doorbell(From, 123, [new(Iova, 512, true), new(new Iova(ulong.MaxValue), 1, false)], 4),
        new DmaCompleted(From, 123, true),
        new CopyCall(From, 11, Source, 123, Iova, 4096, true),
        new CopyReply(From, 11, -14, 96),
        new BounceDone(From, 11, 96),
        new MmioAccess(From, 0xfed9_0108, 8, true, 0x8000_0000_0000_0001, Purpose.Invalidation),
        new MmioDone(From, 0xdead_beef, Purpose.Dma),
        new Unhandleable(From, Other, 1, 0xfed9_0108, 8, true, 0x55),
        new EventUpcall(From, 9),
        new QueryCall(From, 6),
        new QueryReply(From, 42, true, Scope, 6),
        new Drain(From, 42, Scope),
        new DrainAck(From, 42),
        new DrainComplete(From, 42),
        new DrainCompleteReply(From, 42, -116, true),
        new DrainRetry(From, 42),
        new AtsTranslate(From, 11, Source, Iova, Permission.Read),
        new AtsTranslated(From, 11, Iova, Physical, 0x1f_ffff, Permission.Read),
        new InvReq(From, 31, Iova, 1UL << 52),
        new InvComp(From, Source, 31),
        new InvWatchdog(From),
        new AttachCall(From, AttachStep.MapRange, 3, 0xfed9_0000, 0xfed9_0fff) { Slot = 2 << 20 },
        new AttachReply(From, AttachStep.Destroy, -22, 0x77) { Slot = 2 << 20 },
        new EmulatorAttached(From, true, Other),
        new PowerOn(From, true),
        new PlatformReset(From),
        new Wake(From, 0x1234_5678_9abc),
        new DeviceStatus(From, 2, true),
        new DomainCrashed(From),
        new UnitInterrupt(From, 1, 0xfee0_0000, 0x4041),
        new InterruptRequest(From, Source, 0xfee0_0000, 0x4041),
        new Crash(From, -1, CrashScope.Device, 3),
        new ReapFence(From, Other, true, 3),
        new Reaped(From, Other, true, 3),
        new DevicePresence(From, Other, DeviceStep.Running, 3),
        new GuestPanic(From),
    ];

    public static IReadOnlyList<IClusterMessage> Cluster { get; } =
    [
        .. Parties.Select(Framed),
        new LinkFrames(3, [Framed(Parties[0]), Framed(Parties[4]), Framed(Parties[15])]),
        new LinkCargo(
            5,
            [
                new(3, 0x7000_0001, [Framed(Parties[0]), Framed(Parties[4])]),
                new(4, 0x7000_0002, [Framed(Parties[15])]),
            ]),
        new CargoTaken(5),
        new LinkAck(3, 2, 1000),
        new LinkRefused(3, 2),
        new OpenSession(3, 2, "run-1", 1),
        new SessionOpened(3, 2, "models-1", 1),
        new SessionRefused(3, 2, "no such run"),
        new CloseSession(3, 2, "лишний"),
        new DefineRun("run-1", "stale-dma", "viommu.scenario { }", ["vcpus=2", ""], "drain", 0x2a, 100, true, true, 10, 20),
        new RunDefined("run-1", "models-1", "line 1: no such key"),
        new StartVm("run-1", 3),
        new EndRun("run-1"),
        new NodeProgress("run-1", "models-1", "models", 1, 2, 3, 4, 5, 6, 7, 8, 9),
        new VmEnded(
            "run-1",
            3,
            "guests-1",
            new(1, 2, 3, 4, 5, 6, 7, 8, 9, [0, 300, -1], ["stale-write", "λ"], [1, 2], [3, 0]),
            "the node left"),
        new VmStarted("run-1", 3, "guests-1"),
        new VmNoted("run-1", 3),
    ];

    /// <summary>What the golden file has: also messages as they were before a field was added.</summary>
    public static IReadOnlyList<IClusterMessage> Golden { get; } =
    [
        .. Cluster.SelectMany(message => message switch
        {
            OpenSession open => [open with { Link = 0 }, open],
            SessionOpened opened => [opened with { Link = 0 }, opened],
            _ => (IClusterMessage[])[message],
        }),
    ];

    /// <summary>Its name in the golden file.</summary>
    public static string NameOf(IClusterMessage message) => WireFormat.ManifestOf(message) + " " + message switch
    {
        LinkFrame frame => frame.Message.Name,
        OpenSession { Link: > 0 } or SessionOpened { Link: > 0 } => message.GetType().Name + " with link",
        _ => message.GetType().Name,
    };

    private static LinkFrame Framed(Message message) => new(
        3,
        2,
        1001,
        1000,
        Other,
        message,
        [new(1, new Ioreq(0xfed9_0108, 0x55, 1, 8, new(4), IoreqState.Ready, true, true, true, IoreqType.Copy))],
        [new(0, 77), new(2, 78)]);
}
