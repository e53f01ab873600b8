using CsCheck;
using VIommuActors.Protocols.Messages;
using VIommuActors.Vtd.Translation;
using static VIommuActors.Wire.Tests.Samples.Values;

namespace VIommuActors.Wire.Tests.Samples;

/// <summary>Messages of every kind that parties send.</summary>
internal static class PartySamples
{
    public static IReadOnlyDictionary<Type, Gen<Message>> Gens { get; } = new Dictionary<Type, Gen<Message>>
    {
        [typeof(TranslateCall)] = Gen.Select(
            Node,
            Int,
            Source,
            Address,
            Any<Permission>(),
            (f, slot, source, iova, wanted) => (Message)new TranslateCall(f, slot, source, iova, wanted)),
        [typeof(TranslateReply)] = Gen.Select(
            Node,
            Int,
            Address,
            Errno,
            Physical,
            ULong,
            Any<Permission>(),
            Domain,
            (f, slot, iova, errno, at, mask, allowed, domain) =>
                (Message)new TranslateReply(f, slot, iova, errno, at, mask, allowed, domain)),
        [typeof(DmaAccess)] = Gen.Select(
            Node,
            Int,
            Source,
            Long,
            Address,
            Physical,
            Length,
            Flag,
            (f, slot, source, work, iova, at, bytes, write) => (Message)new DmaAccess(f, slot, source, work, iova, at, bytes, write)),
        [typeof(DmaDone)] = Gen.Select(Node, Int, (f, slot) => (Message)new DmaDone(f, slot)),
        [typeof(Doorbell)] = Gen.Select(
            Node, Long, Many(Segment, 1, 20), Length, (f, work, segments, uses) => (Message)new Doorbell(f, work, segments, uses)),
        [typeof(DmaCompleted)] = Gen.Select(Node, Long, Flag, (f, work, faulted) => (Message)new DmaCompleted(f, work, faulted)),
        [typeof(CopyCall)] = Gen.Select(
            Node,
            Int,
            Source,
            Long,
            Address,
            Length,
            Flag,
            (f, slot, source, work, iova, bytes, write) => (Message)new CopyCall(f, slot, source, work, iova, bytes, write)),
        [typeof(CopyReply)] = Gen.Select(
            Node, Int, Errno, Length, (f, slot, errno, bytes) => (Message)new CopyReply(f, slot, errno, bytes)),
        [typeof(BounceDone)] = Gen.Select(Node, Int, Length, (f, slot, bytes) => (Message)new BounceDone(f, slot, bytes)),
        [typeof(MmioAccess)] = Gen.Select(
            Node,
            ULong,
            Length,
            Flag,
            ULong,
            Any<Purpose>(),
            (f, address, size, write, value, why) => (Message)new MmioAccess(f, address, size, write, value, why)),
        [typeof(MmioDone)] = Gen.Select(Node, ULong, Any<Purpose>(), (f, value, why) => (Message)new MmioDone(f, value, why)),
        [typeof(Unhandleable)] = Gen.Select(
            Node,
            Node,
            Int,
            ULong,
            Length,
            Flag,
            ULong,
            (f, vcpu, index, address, size, write, value) => (Message)new Unhandleable(f, vcpu, index, address, size, write, value)),
        [typeof(EventUpcall)] = Gen.Select(Node, Int, (f, port) => (Message)new EventUpcall(f, port)),
        [typeof(QueryCall)] = Gen.Select(Node, Long, (f, number) => (Message)new QueryCall(f, number)),
        [typeof(QueryReply)] = Gen.Select(
            Node, Long, Flag, Scope, Long, (f, epoch, open, scope, number) => (Message)new QueryReply(f, epoch, open, scope, number)),
        [typeof(Drain)] = Gen.Select(Node, Long, Scope, (f, epoch, scope) => (Message)new Drain(f, epoch, scope)),
        [typeof(DrainAck)] = Gen.Select(Node, Long, (f, epoch) => (Message)new DrainAck(f, epoch)),
        [typeof(DrainComplete)] = Gen.Select(Node, Long, (f, epoch) => (Message)new DrainComplete(f, epoch)),
        [typeof(DrainCompleteReply)] = Gen.Select(
            Node, Long, Errno, Flag, (f, epoch, errno, more) => (Message)new DrainCompleteReply(f, epoch, errno, more)),
        [typeof(DrainRetry)] = Gen.Select(Node, Long, (f, epoch) => (Message)new DrainRetry(f, epoch)),
        [typeof(AtsTranslate)] = Gen.Select(
            Node,
            Int,
            Source,
            Address,
            Any<Permission>(),
            (f, slot, source, iova, wanted) => (Message)new AtsTranslate(f, slot, source, iova, wanted)),
        [typeof(AtsTranslated)] = Gen.Select(
            Node,
            Int,
            Address,
            Physical,
            ULong,
            Any<Permission>(),
            (f, slot, iova, at, mask, allowed) => (Message)new AtsTranslated(f, slot, iova, at, mask, allowed)),
        [typeof(InvReq)] = Gen.Select(Node, Gen.Int[0, 31], Address, ULong, (f, tag, at, pages) => (Message)new InvReq(f, tag, at, pages)),
        [typeof(InvComp)] = Gen.Select(Node, Source, Gen.Int[0, 31], (f, source, tag) => (Message)new InvComp(f, source, tag)),
        [typeof(InvWatchdog)] = Node.Select(f => (Message)new InvWatchdog(f)),
        [typeof(AttachCall)] = Gen.Select(
            Node,
            Any<AttachStep>(),
            Int,
            ULong,
            ULong,
            Int,
            (f, step, id, start, end, slot) => (Message)new AttachCall(f, step, id, start, end) { Slot = slot }),
        [typeof(AttachReply)] = Gen.Select(
            Node,
            Any<AttachStep>(),
            Errno,
            ULong,
            Int,
            (f, step, errno, value, slot) => (Message)new AttachReply(f, step, errno, value) { Slot = slot }),
        [typeof(EmulatorAttached)] = Gen.Select(
            Node, Flag, Node, (f, attached, dummy) => (Message)new EmulatorAttached(f, attached, dummy)),
        [typeof(PowerOn)] = Gen.Select(Node, Flag, (f, again) => (Message)new PowerOn(f, again)),
        [typeof(PlatformReset)] = Node.Select(f => (Message)new PlatformReset(f)),
        [typeof(Wake)] = Gen.Select(Node, Long, (f, token) => (Message)new Wake(f, token)),
        [typeof(DeviceStatus)] = Gen.Select(Node, Int, Flag, (f, device, present) => (Message)new DeviceStatus(f, device, present)),
        [typeof(DomainCrashed)] = Node.Select(f => (Message)new DomainCrashed(f)),
        [typeof(UnitInterrupt)] = Gen.Select(
            Node, Int, ULong, UInt, (f, unit, address, data) => (Message)new UnitInterrupt(f, unit, address, data)),
        [typeof(InterruptRequest)] = Gen.Select(
            Node, Source, ULong, UInt, (f, source, address, data) => (Message)new InterruptRequest(f, source, address, data)),
        [typeof(Crash)] = Gen.Select(
            Node, Long, Any<CrashScope>(), Maybe(Int), (f, restart, scope, life) => (Message)new Crash(f, restart, scope, life)),
        [typeof(ReapFence)] = Gen.Select(
            Node, Node, Flag, Int, (f, hypervisor, alone, life) => (Message)new ReapFence(f, hypervisor, alone, life)),
        [typeof(Reaped)] = Gen.Select(Node, Node, Flag, Int, (f, party, alone, life) => (Message)new Reaped(f, party, alone, life)),
        [typeof(DevicePresence)] = Gen.Select(
            Node, Node, Any<DeviceStep>(), Int, (f, device, step, life) => (Message)new DevicePresence(f, device, step, life)),
        [typeof(GuestPanic)] = Node.Select(f => (Message)new GuestPanic(f)),
    };

    /// <summary>A message of any kind, all as likely.</summary>
    public static Gen<Message> Any { get; } = Gen.OneOf([.. Gens.Values]);
}
