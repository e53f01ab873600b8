using Google.Protobuf;
using VIommuActors.Protocols.Messages;
using VIommuActors.Wire.Encoding;
using VIommuActors.Wire.Messages;
using VIommuActors.Xen.Events;
using VIommuActors.Xen.IoRequests;

namespace VIommuActors.Wire.Codecs;

/// <summary>Frames and what answers them.</summary>
internal static class LinkCodecs
{
    private const int FramesField = 2, PartsField = 2, CargoFramesField = 3, SlotsField = 6, ClockField = 7, MostState = 15;
    private static readonly string TooManyFrames = $"more than {WireLimits.CargoFrames} frames in all parts together";
    private static readonly Layout Slot = new(nameof(SlotImage), Layout.Range(1, 11));
    private static readonly Layout Entry = new(nameof(ClockEntry), Layout.Range(1, 2));
    private static readonly Layout Part = new(
        nameof(CargoPart), Layout.Range(1, 2), Layout.Bits(CargoFramesField), Layout.Bits(CargoFramesField), ReadFrame);
    private static readonly Put<CargoPart> PutPart = WritePart;
    private static readonly Put<LinkFrame> PutFrame = WriteFrame;
    private static readonly Put<SlotImage> PutSlot = WriteSlot;
    private static readonly Put<ClockEntry> PutEntry = WriteEntry;

    private static readonly Layout Frame = new(
        nameof(LinkFrame),
        Layout.Range(1, 5),
        Layout.Range(SlotsField, ClockField) | PartyCodecs.Fields,
        Layout.Range(SlotsField, ClockField),
        ReadPart);

    public static IEnumerable<RootCodec> All =>
    [
        RootCodec.Of<LinkFrame>(
            "lf1",
            Frame,
            PutFrame,
            TakeFrame),
        RootCodec.Of<LinkFrames>(
            "ls1",
            new(nameof(LinkFrames), Layout.Range(1, 1), Layout.Bits(FramesField), Layout.Bits(FramesField), ReadFrame),
            static (ref w, m) =>
            {
                w.Number(1, m.Vm);
                w.Parts(FramesField, PutFrame, m.Frames, WireLimits.Frames);
            },
            static r => new(r.Int(1), PartBin.Of(r.Bin.Frames))),
        RootCodec.Of<LinkCargo>(
            "lc1",
            new(nameof(LinkCargo), Layout.Range(1, 1), Layout.Bits(PartsField), Layout.Bits(PartsField), ReadCargoPart),
            static (ref w, m) =>
            {
                if (FramesOf(m) > WireLimits.CargoFrames) throw w.Refuse(PartsField, TooManyFrames);
                w.Number(1, m.Number);
                w.Parts(PartsField, PutPart, m.Parts, WireLimits.CargoFrames);
            },
            TakeCargo),
        RootCodec.Of<CargoTaken>(
            "lt1",
            new(nameof(CargoTaken), Layout.Range(1, 1)),
            static (ref w, m) => w.Number(1, m.Number),
            static r => new(r.Long(1))),
        RootCodec.Of<LinkAck>(
            "la1",
            new(nameof(LinkAck), Layout.Range(1, 3)),
            static (ref w, m) =>
            {
                w.Number(1, m.Vm);
                w.Number(2, m.Session);
                w.Number(3, m.Acked);
            },
            static r => new(r.Int(1), r.Long(2), r.Long(3))),
        RootCodec.Of<LinkRefused>(
            "lr1",
            new(nameof(LinkRefused), Layout.Range(1, 2)),
            static (ref w, m) =>
            {
                w.Number(1, m.Vm);
                w.Number(2, m.Session);
            },
            static r => new(r.Int(1), r.Long(2))),
    ];

    private static void WriteFrame(ref FieldWriter w, LinkFrame m)
    {
        w.Number(1, m.Vm);
        w.Number(2, m.Session);
        w.Number(3, m.Sequence);
        w.Number(4, m.Acked);
        w.Node(5, m.To);
        w.Parts(SlotsField, PutSlot, m.Slots, WireLimits.Slots);
        w.Parts(ClockField, PutEntry, m.Clock, WireLimits.ClockEntries);
        PartyCodecs.Write(ref w, m.Message);
    }

    private static LinkFrame TakeFrame(FieldReader r) => new(
        r.Int(1),
        r.Long(2),
        r.Long(3),
        r.Long(4),
        r.Node(5),
        r.Bin.Message ?? throw r.Refuse(PartyCodecs.FirstField, "no message, or one of a kind that is not known here"),
        PartBin.Of(r.Bin.Slots),
        PartBin.Of(r.Bin.Clock));

    private static void WritePart(ref FieldWriter w, CargoPart m)
    {
        w.Number(1, m.Vm);
        w.Number(2, m.To);
        w.Parts(CargoFramesField, PutFrame, m.Frames, WireLimits.Frames);
    }

    private static LinkCargo TakeCargo(FieldReader r)
    {
        var cargo = new LinkCargo(r.Long(1), PartBin.Of(r.Bin.Cargo));
        return FramesOf(cargo) <= WireLimits.CargoFrames ? cargo : throw r.Refuse(PartsField, TooManyFrames);
    }

    private static int FramesOf(LinkCargo cargo)
    {
        var frames = 0;
        foreach (var part in cargo.Parts.AsSpan()) frames += part.Frames.AsSpan().Length;
        return frames;
    }

    private static void ReadCargoPart(FieldReader level, int field, ref ParseContext from)
    {
        var part = level.Part(Part, ref from);
        level.Append(field, level.Bin.Cargo, new(part.Int(1), part.Long(2), PartBin.Of(part.Bin.Frames)), WireLimits.CargoFrames);
    }

    private static void ReadFrame(FieldReader level, int field, ref ParseContext from) =>
        level.Append(field, level.Bin.Frames, TakeFrame(level.Part(Frame, ref from)), WireLimits.Frames);

    private static void ReadPart(FieldReader level, int field, ref ParseContext from)
    {
        switch (field)
        {
            case SlotsField:
                var slot = level.Part(Slot, ref from);
                level.Append(field, level.Bin.Slots, TakeSlot(slot), WireLimits.Slots);
                break;
            case ClockField:
                var entry = level.Part(Entry, ref from);
                level.Append(field, level.Bin.Clock, new(entry.Length(1), entry.Long(2)), WireLimits.ClockEntries);
                break;
            default:
                if (level.Bin.Message is not null) throw level.Refuse(field, "a second message");
                level.Bin.Message = PartyCodecs.Read(level, field, ref from);
                break;
        }
    }

    private static void WriteSlot(ref FieldWriter w, SlotImage slot)
    {
        var request = slot.Request;
        w.Length(1, slot.Vcpu);
        w.Number(2, request.Address);
        w.Number(3, request.Data);
        w.Number(4, request.Count);
        w.Number(5, request.Size);
        w.Number(6, request.Port.Value);
        w.Choice(7, (int)request.State, MostState);
        w.Flag(8, request.DataIsPointer);
        w.Flag(9, request.IsRead);
        w.Flag(10, request.Descends);
        w.Number(11, (byte)request.Type);
    }

    /// <summary>
    /// States and types that Xen has no name for are kept: an emulator that leaves them behind crashes the domain, not the link.
    /// </summary>
    private static SlotImage TakeSlot(FieldReader r) => new(
        r.Length(1),
        new Ioreq(
            r.Number(2),
            r.Number(3),
            r.UInt(4),
            r.UInt(5),
            new EventPort(r.UInt(6)),
            (IoreqState)r.Choice(7, MostState),
            r.Flag(8),
            r.Flag(9),
            r.Flag(10),
            (IoreqType)r.Within(11, 0, byte.MaxValue)));

    private static void WriteEntry(ref FieldWriter w, ClockEntry entry)
    {
        w.Length(1, entry.Process);
        w.Number(2, entry.Count);
    }
}
