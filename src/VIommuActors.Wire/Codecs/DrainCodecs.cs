using Google.Protobuf;
using VIommuActors.Protocols.Messages;
using VIommuActors.Vtd;
using VIommuActors.Wire.Encoding;

namespace VIommuActors.Wire.Codecs;

/// <summary>Trapped accesses, events, and the drains they lead to.</summary>
internal static class DrainCodecs
{
    private const int LastPurpose = (int)Purpose.Dma;
    private static readonly Layout Scope = new(nameof(DrainScope), Layout.Range(1, 4));
    private static readonly Put<DrainScope> PutScope = WriteScope;

    public static IEnumerable<PartyCodec> All =>
    [
        PartyCodec.Of<MmioAccess>(
            25,
            6,
            static (ref w, m) =>
            {
                w.Node(1, m.From);
                w.Number(2, m.Address);
                w.Length(3, m.Size);
                w.Flag(4, m.IsWrite);
                w.Number(5, m.Value);
                w.Choice(6, (int)m.Why, LastPurpose);
            },
            static r => new(r.Node(1), r.Number(2), r.Length(3), r.Flag(4), r.Number(5), (Purpose)r.Choice(6, LastPurpose))),
        PartyCodec.Of<MmioDone>(
            26,
            3,
            static (ref w, m) =>
            {
                w.Node(1, m.From);
                w.Number(2, m.Value);
                w.Choice(3, (int)m.Why, LastPurpose);
            },
            static r => new(r.Node(1), r.Number(2), (Purpose)r.Choice(3, LastPurpose))),
        PartyCodec.Of<Unhandleable>(
            27,
            7,
            static (ref w, m) =>
            {
                w.Node(1, m.From);
                w.Node(2, m.Vcpu);
                w.Number(3, m.VcpuIndex);
                w.Number(4, m.Address);
                w.Length(5, m.Size);
                w.Flag(6, m.IsWrite);
                w.Number(7, m.Value);
            },
            static r => new(r.Node(1), r.Node(2), r.Int(3), r.Number(4), r.Length(5), r.Flag(6), r.Number(7))),
        PartyCodec.Of<EventUpcall>(
            28,
            2,
            static (ref w, m) =>
            {
                w.Node(1, m.From);
                w.Number(2, m.Port);
            },
            static r => new(r.Node(1), r.Int(2))),
        PartyCodec.Of<QueryCall>(
            29,
            2,
            static (ref w, m) =>
            {
                w.Node(1, m.From);
                w.Number(2, m.Number);
            },
            static r => new(r.Node(1), r.Long(2))),
        PartyCodec.Of<QueryReply>(
            30,
            new Layout(nameof(QueryReply), Layout.Bits(1, 2, 3, 5), Layout.Bits(4), 0, ReadScope),
            static (ref w, m) =>
            {
                w.Node(1, m.From);
                w.Number(2, m.Epoch);
                w.Flag(3, m.Open);
                w.Part(4, PutScope, m.Scope);
                w.Number(5, m.Number);
            },
            static r => new(r.Node(1), r.Long(2), r.Flag(3), Taken(r, 4), r.Long(5))),
        PartyCodec.Of<Drain>(
            31,
            new Layout(nameof(Drain), Layout.Range(1, 2), Layout.Bits(3), 0, ReadScope),
            static (ref w, m) =>
            {
                w.Node(1, m.From);
                w.Number(2, m.Epoch);
                w.Part(3, PutScope, m.Scope);
            },
            static r => new(r.Node(1), r.Long(2), Taken(r, 3))),
        PartyCodec.Of<DrainAck>(
            32,
            2,
            static (ref w, m) =>
            {
                w.Node(1, m.From);
                w.Number(2, m.Epoch);
            },
            static r => new(r.Node(1), r.Long(2))),
        PartyCodec.Of<DrainComplete>(
            33,
            2,
            static (ref w, m) =>
            {
                w.Node(1, m.From);
                w.Number(2, m.Epoch);
            },
            static r => new(r.Node(1), r.Long(2))),
        PartyCodec.Of<DrainCompleteReply>(
            34,
            4,
            static (ref w, m) =>
            {
                w.Node(1, m.From);
                w.Number(2, m.Epoch);
                w.Signed(3, m.Errno);
                w.Flag(4, m.More);
            },
            static r => new(r.Node(1), r.Long(2), r.SignedInt(3), r.Flag(4))),
        PartyCodec.Of<DrainRetry>(
            35,
            2,
            static (ref w, m) =>
            {
                w.Node(1, m.From);
                w.Number(2, m.Epoch);
            },
            static r => new(r.Node(1), r.Long(2))),
    ];

    private static void WriteScope(ref FieldWriter w, DrainScope scope)
    {
        w.Flag(1, scope.Everything);
        w.Number(2, scope.Domain.Value);
        w.Address(3, scope.Address);
        w.Number(4, scope.Pages);
    }

    private static void ReadScope(FieldReader level, int field, ref ParseContext from)
    {
        var r = level.Part(Scope, ref from);
        level.Bin.Scope = new(r.Flag(1), new DomainId((ushort)r.Within(2, 0, ushort.MaxValue)), r.Iova(3), r.Number(4));
    }

    /// <summary>A scope that did not come would cover nothing, and nobody would wait for what it stands for.</summary>
    private static DrainScope Taken(FieldReader r, int field) => r.Bin.Scope ?? throw r.Refuse(field, "the scope is missing");
}
