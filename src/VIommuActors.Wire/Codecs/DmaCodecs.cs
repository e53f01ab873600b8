using Google.Protobuf;
using VIommuActors.Protocols.Messages;
using VIommuActors.Vtd;
using VIommuActors.Vtd.Translation;
using VIommuActors.Wire.Encoding;

namespace VIommuActors.Wire.Codecs;

/// <summary>Translations, accesses, doorbells and copies.</summary>
internal static class DmaCodecs
{
    private const int LastPermission = (int)Permission.ReadWrite;
    private static readonly Layout Segment = new(nameof(DmaSegment), Layout.Range(1, 3));
    private static readonly Put<DmaSegment> PutSegment = WriteSegment;
    private static readonly Layout DoorbellLayout =
        new(nameof(Doorbell), Layout.Bits(1, 2, 4), Layout.Bits(3), Layout.Bits(3), ReadSegment);

    public static IEnumerable<PartyCodec> All =>
    [
        PartyCodec.Of<TranslateCall>(
            16,
            5,
            static (ref w, m) =>
            {
                w.Node(1, m.From);
                w.Number(2, m.Slot);
                w.Number(3, m.Source.Value);
                w.Address(4, m.Iova);
                w.Choice(5, (int)m.Wanted, LastPermission);
            },
            static r => new(r.Node(1), r.Int(2), r.Source(3), r.Iova(4), (Permission)r.Choice(5, LastPermission))),
        PartyCodec.Of<TranslateReply>(
            17,
            8,
            static (ref w, m) =>
            {
                w.Node(1, m.From);
                w.Number(2, m.Slot);
                w.Address(3, m.Iova);
                w.Signed(4, m.Errno);
                w.Address(5, m.Address);
                w.Number(6, m.Mask);
                w.Choice(7, (int)m.Allowed, LastPermission);
                w.Number(8, m.Domain.Value);
            },
            static r => new(
                r.Node(1),
                r.Int(2),
                r.Iova(3),
                r.SignedInt(4),
                r.Physical(5),
                r.Number(6),
                (Permission)r.Choice(7, LastPermission),
                new DomainId((ushort)r.Within(8, 0, ushort.MaxValue)))),
        PartyCodec.Of<DmaAccess>(
            18,
            8,
            static (ref w, m) =>
            {
                w.Node(1, m.From);
                w.Number(2, m.Slot);
                w.Number(3, m.Source.Value);
                w.Number(4, m.Work);
                w.Address(5, m.Iova);
                w.Address(6, m.Address);
                w.Length(7, m.Bytes);
                w.Flag(8, m.IsWrite);
            },
            static r => new(
                r.Node(1), r.Int(2), r.Source(3), r.Long(4), r.Iova(5), r.Physical(6), r.Length(7), r.Flag(8))),
        PartyCodec.Of<DmaDone>(
            19,
            2,
            static (ref w, m) =>
            {
                w.Node(1, m.From);
                w.Number(2, m.Slot);
            },
            static r => new(r.Node(1), r.Int(2))),
        PartyCodec.Of<Doorbell>(
            20,
            DoorbellLayout,
            static (ref w, m) =>
            {
                // Its receivers look at the first segment without asking.
                if (m.Segments.IsDefaultOrEmpty) throw w.Refuse(3, "a doorbell without a segment");
                w.Node(1, m.From);
                w.Number(2, m.Work);
                w.Parts(3, PutSegment, m.Segments, WireLimits.Segments);
                w.Length(4, m.Uses);
            },
            static r => r.Bin.Segments.Count > 0
                ? new(r.Node(1), r.Long(2), PartBin.Of(r.Bin.Segments), r.Length(4))
                : throw r.Refuse(3, "a doorbell without a segment")),
        PartyCodec.Of<DmaCompleted>(
            21,
            3,
            static (ref w, m) =>
            {
                w.Node(1, m.From);
                w.Number(2, m.Work);
                w.Flag(3, m.Faulted);
            },
            static r => new(r.Node(1), r.Long(2), r.Flag(3))),
        PartyCodec.Of<CopyCall>(
            22,
            7,
            static (ref w, m) =>
            {
                w.Node(1, m.From);
                w.Number(2, m.Slot);
                w.Number(3, m.Source.Value);
                w.Number(4, m.Work);
                w.Address(5, m.Iova);
                w.Length(6, m.Bytes);
                w.Flag(7, m.IsWrite);
            },
            static r => new(r.Node(1), r.Int(2), r.Source(3), r.Long(4), r.Iova(5), r.Length(6), r.Flag(7))),
        PartyCodec.Of<CopyReply>(
            23,
            4,
            static (ref w, m) =>
            {
                w.Node(1, m.From);
                w.Number(2, m.Slot);
                w.Signed(3, m.Errno);
                w.Length(4, m.Bytes);
            },
            static r => new(r.Node(1), r.Int(2), r.SignedInt(3), r.Length(4))),
        PartyCodec.Of<BounceDone>(
            24,
            3,
            static (ref w, m) =>
            {
                w.Node(1, m.From);
                w.Number(2, m.Slot);
                w.Length(3, m.Bytes);
            },
            static r => new(r.Node(1), r.Int(2), r.Length(3))),
    ];

    private static void WriteSegment(ref FieldWriter w, DmaSegment segment)
    {
        w.Address(1, segment.Address);
        w.Within(2, segment.Bytes, 1, int.MaxValue);
        w.Flag(3, segment.IsWrite);
    }

    private static void ReadSegment(FieldReader level, int field, ref ParseContext from)
    {
        var r = level.Part(Segment, ref from);
        level.Append(field, level.Bin.Segments, new(r.Iova(1), (int)r.Within(2, 1, int.MaxValue), r.Flag(3)), WireLimits.Segments);
    }
}
