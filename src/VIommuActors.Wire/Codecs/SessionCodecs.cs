using Google.Protobuf;
using VIommuActors.Wire.Encoding;
using VIommuActors.Wire.Messages;

namespace VIommuActors.Wire.Codecs;

/// <summary>Sessions.</summary>
internal static class SessionCodecs
{
    public static IEnumerable<RootCodec> All =>
    [
        RootCodec.Of<OpenSession>(
            "os1",
            new(nameof(OpenSession), Layout.Bits(1, 2, 4), Layout.Bits(3), 0, ReadName),
            static (ref w, m) =>
            {
                w.Number(1, m.Vm);
                w.Number(2, m.Session);
                w.Name(3, m.Run);
                w.Length(4, m.Link);
            },
            static r => new(r.Int(1), r.Long(2), r.Name(3), r.Length(4))),
        RootCodec.Of<SessionOpened>(
            "so1",
            new(nameof(SessionOpened), Layout.Bits(1, 2, 4), Layout.Bits(3), 0, ReadName),
            static (ref w, m) =>
            {
                w.Number(1, m.Vm);
                w.Number(2, m.Session);
                w.Name(3, m.Node);
                w.Length(4, m.Link);
            },
            static r => new(r.Int(1), r.Long(2), r.Name(3), r.Length(4))),
        RootCodec.Of<SessionRefused>(
            "sr1",
            new(nameof(SessionRefused), Layout.Range(1, 2), Layout.Bits(3), 0, ReadText),
            static (ref w, m) =>
            {
                w.Number(1, m.Vm);
                w.Number(2, m.Session);
                w.Text(3, m.Reason, WireLimits.TextBytes);
            },
            static r => new(r.Int(1), r.Long(2), r.Bin.Text(3) ?? "")),
        RootCodec.Of<CloseSession>(
            "cs1",
            new(nameof(CloseSession), Layout.Range(1, 2), Layout.Bits(3), 0, ReadText),
            static (ref w, m) =>
            {
                w.Number(1, m.Vm);
                w.Number(2, m.Session);
                w.Text(3, m.Reason, WireLimits.TextBytes);
            },
            static r => new(r.Int(1), r.Long(2), r.Bin.Text(3) ?? "")),
    ];

    private static void ReadName(FieldReader level, int field, ref ParseContext from) =>
        level.Bin.Keep(field, level.Text(field, WireLimits.NameBytes, ref from));

    private static void ReadText(FieldReader level, int field, ref ParseContext from) =>
        level.Bin.Keep(field, level.Text(field, WireLimits.TextBytes, ref from));
}
