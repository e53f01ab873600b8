using VIommuActors.Protocols.Messages;
using VIommuActors.Wire.Encoding;

namespace VIommuActors.Wire.Codecs;

/// <summary>How parties come, go and interrupt.</summary>
internal static class LifeCodecs
{
    private const int LastAttachStep = (int)AttachStep.Destroy;
    private const int LastCrashScope = (int)CrashScope.Device;
    private const int LastDeviceStep = (int)DeviceStep.Running;

    public static IEnumerable<PartyCodec> All =>
    [
        PartyCodec.Of<AttachCall>(
            41,
            6,
            static (ref w, m) =>
            {
                w.Node(1, m.From);
                w.Number(2, m.Slot);
                w.Choice(3, (int)m.Step, LastAttachStep);
                w.Number(4, m.Id);
                w.Number(5, m.Start);
                w.Number(6, m.End);
            },
            // The slot is not among the constructor's arguments, and yet it holds the caller's life (Slotted.Marked).
            static r => new(r.Node(1), (AttachStep)r.Choice(3, LastAttachStep), r.Int(4), r.Number(5), r.Number(6)) { Slot = r.Int(2) }),
        PartyCodec.Of<AttachReply>(
            42,
            5,
            static (ref w, m) =>
            {
                w.Node(1, m.From);
                w.Number(2, m.Slot);
                w.Choice(3, (int)m.Step, LastAttachStep);
                w.Signed(4, m.Errno);
                w.Number(5, m.Value);
            },
            static r => new(r.Node(1), (AttachStep)r.Choice(3, LastAttachStep), r.SignedInt(4), r.Number(5)) { Slot = r.Int(2) }),
        PartyCodec.Of<EmulatorAttached>(
            43,
            3,
            static (ref w, m) =>
            {
                w.Node(1, m.From);
                w.Flag(2, m.Attached);
                w.Node(3, m.Dummy);
            },
            static r => new(r.Node(1), r.Flag(2), r.Node(3))),
        PartyCodec.Of<PowerOn>(
            44,
            2,
            static (ref w, m) =>
            {
                w.Node(1, m.From);
                w.Flag(2, m.Again);
            },
            static r => new(r.Node(1), r.Flag(2))),
        PartyCodec.Of<PlatformReset>(45, 1, static (ref w, m) => w.Node(1, m.From), static r => new(r.Node(1))),
        PartyCodec.Of<Wake>(
            46,
            2,
            static (ref w, m) =>
            {
                w.Node(1, m.From);
                w.Number(2, m.Token);
            },
            static r => new(r.Node(1), r.Long(2))),
        PartyCodec.Of<DeviceStatus>(
            47,
            3,
            static (ref w, m) =>
            {
                w.Node(1, m.From);
                w.Number(2, m.Device);
                w.Flag(3, m.Present);
            },
            static r => new(r.Node(1), r.Int(2), r.Flag(3))),
        PartyCodec.Of<DomainCrashed>(48, 1, static (ref w, m) => w.Node(1, m.From), static r => new(r.Node(1))),
        PartyCodec.Of<UnitInterrupt>(
            49,
            4,
            static (ref w, m) =>
            {
                w.Node(1, m.From);
                w.Number(2, m.Unit);
                w.Number(3, m.Address);
                w.Number(4, m.Data);
            },
            static r => new(r.Node(1), r.Int(2), r.Number(3), r.UInt(4))),
        PartyCodec.Of<InterruptRequest>(
            50,
            4,
            static (ref w, m) =>
            {
                w.Node(1, m.From);
                w.Number(2, m.Source.Value);
                w.Number(3, m.Address);
                w.Number(4, m.Data);
            },
            static r => new(r.Node(1), r.Source(2), r.Number(3), r.UInt(4))),
        PartyCodec.Of<Crash>(
            51,
            4,
            static (ref w, m) =>
            {
                w.Node(1, m.From);
                w.Signed(2, m.RestartAfterNs);
                w.Choice(3, (int)m.Scope, LastCrashScope);
                w.Optional(4, m.ProcessLife);
            },
            static r => new(r.Node(1), r.SignedLong(2), (CrashScope)r.Choice(3, LastCrashScope), r.OptionalInt(4))),
        PartyCodec.Of<ReapFence>(
            52,
            4,
            static (ref w, m) =>
            {
                w.Node(1, m.From);
                w.Node(2, m.Hypervisor);
                w.Flag(3, m.Alone);
                w.Number(4, m.Life);
            },
            static r => new(r.Node(1), r.Node(2), r.Flag(3), r.Int(4))),
        PartyCodec.Of<Reaped>(
            53,
            4,
            static (ref w, m) =>
            {
                w.Node(1, m.From);
                w.Node(2, m.Party);
                w.Flag(3, m.Alone);
                w.Number(4, m.Life);
            },
            static r => new(r.Node(1), r.Node(2), r.Flag(3), r.Int(4))),
        PartyCodec.Of<DevicePresence>(
            54,
            4,
            static (ref w, m) =>
            {
                w.Node(1, m.From);
                w.Node(2, m.Device);
                w.Choice(3, (int)m.Step, LastDeviceStep);
                w.Number(4, m.Life);
            },
            static r => new(r.Node(1), r.Node(2), (DeviceStep)r.Choice(3, LastDeviceStep), r.Int(4))),
        PartyCodec.Of<GuestPanic>(55, 1, static (ref w, m) => w.Node(1, m.From), static r => new(r.Node(1))),
    ];
}
