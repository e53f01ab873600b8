using CsCheck;
using VIommuActors.Protocols.Messages;
using VIommuActors.Wire.Messages;
using static VIommuActors.Wire.Tests.Samples.Values;

namespace VIommuActors.Wire.Tests.Samples;

/// <summary>Messages of every kind that processes send.</summary>
internal static class ClusterSamples
{
    public static Gen<VmFigures> Figures =>
        from counts in Long.Array[8]
        from sessions in Length
        from violations in Many(Long, 0, 12)
        from details in Many(Text, 0, 4)
        from invalidation in Many(Gen.Byte, 0, 200)
        from dma in Many(Gen.Byte, 0, 200)
        select new VmFigures(
            counts[0],
            counts[1],
            counts[2],
            counts[3],
            counts[4],
            counts[5],
            counts[6],
            sessions,
            counts[7],
            violations,
            details,
            invalidation,
            dma);

    public static IReadOnlyDictionary<Type, Gen<IClusterMessage>> Gens { get; } = new Dictionary<Type, Gen<IClusterMessage>>
    {
        [typeof(LinkFrame)] = Frame(PartySamples.Any),
        [typeof(LinkFrames)] =
            from vm in Int
            from frames in Many(Frame(PartySamples.Any).Select(frame => (LinkFrame)frame).Where(LinkFrames.Takes), 0, 6)
            select (IClusterMessage)new LinkFrames(vm, frames),
        [typeof(LinkCargo)] =
            from number in Long
            from parts in Many(
                from vm in Int
                from to in Long
                from frames in Many(Frame(PartySamples.Any).Select(frame => (LinkFrame)frame).Where(LinkFrames.Takes), 0, 3)
                select new CargoPart(vm, to, frames), 0, 4)
            select (IClusterMessage)new LinkCargo(number, parts),
        [typeof(CargoTaken)] = Long.Select(number => (IClusterMessage)new CargoTaken(number)),
        [typeof(LinkAck)] = Gen.Select(Int, Long, Long, (vm, session, acked) => (IClusterMessage)new LinkAck(vm, session, acked)),
        [typeof(LinkRefused)] = Gen.Select(Int, Long, (vm, session) => (IClusterMessage)new LinkRefused(vm, session)),
        [typeof(OpenSession)] = Gen.Select(
            Int, Long, Name, Length, (vm, session, run, link) => (IClusterMessage)new OpenSession(vm, session, run, link)),
        [typeof(SessionOpened)] = Gen.Select(
            Int, Long, Name, Length, (vm, session, node, link) => (IClusterMessage)new SessionOpened(vm, session, node, link)),
        [typeof(SessionRefused)] = Gen.Select(
            Int, Long, Text, (vm, session, reason) => (IClusterMessage)new SessionRefused(vm, session, reason)),
        [typeof(CloseSession)] = Gen.Select(
            Int, Long, Text, (vm, session, reason) => (IClusterMessage)new CloseSession(vm, session, reason)),
        [typeof(DefineRun)] =
            from names in Name.Array[3]
            from scenario in Text
            from settings in Many(Text, 0, 5)
            from seed in ULong
            from vms in Length
            from flags in Flag.Array[2]
            from faults in PerMille.Array[2]
            select (IClusterMessage)new DefineRun(
                names[0], names[1], scenario, settings, names[2], seed, vms, flags[0], flags[1], faults[0], faults[1]),
        [typeof(RunDefined)] = Gen.Select(
            Name, Name, MaybeText, (run, node, problem) => (IClusterMessage)new RunDefined(run, node, problem)),
        [typeof(StartVm)] = Gen.Select(Name, Int, (run, vm) => (IClusterMessage)new StartVm(run, vm)),
        [typeof(EndRun)] = Name.Select(run => (IClusterMessage)new EndRun(run)),
        [typeof(NodeProgress)] =
            from names in Name.Array[3]
            from vms in Length.Array[2]
            from counts in Long.Array[7]
            select (IClusterMessage)new NodeProgress(
                names[0],
                names[1],
                names[2],
                vms[0],
                vms[1],
                counts[0],
                counts[1],
                counts[2],
                counts[3],
                counts[4],
                counts[5],
                counts[6]),
        [typeof(VmEnded)] = Gen.Select(
            Name,
            Int,
            Name,
            Figures,
            MaybeText,
            (run, vm, node, figures, lost) => (IClusterMessage)new VmEnded(run, vm, node, figures, lost)),
        [typeof(VmStarted)] = Gen.Select(Name, Int, Name, (run, vm, node) => (IClusterMessage)new VmStarted(run, vm, node)),
        [typeof(VmNoted)] = Gen.Select(Name, Int, (run, vm) => (IClusterMessage)new VmNoted(run, vm)),
    };

    /// <summary>A message of any kind; every second one a frame, whose kinds are the most.</summary>
    public static Gen<IClusterMessage> Any { get; } = Gen.OneOf(Gens[typeof(LinkFrame)], Gen.OneOf([.. Gens.Values]));

    /// <summary>Frames with messages of one kind.</summary>
    public static Gen<IClusterMessage> Frame(Gen<Message> message) =>
        from vm in Int
        from numbers in Long.Array[3]
        from to in Node
        from carried in message
        from slots in Many(Gen.Select(Length, Request, (vcpu, request) => new SlotImage(vcpu, request)), 0, 3)
        from clock in Many(Gen.Select(Length, Long, (process, count) => new ClockEntry(process, count)), 0, 5)
        select (IClusterMessage)new LinkFrame(vm, numbers[0], numbers[1], numbers[2], to, carried, slots, clock);
}
