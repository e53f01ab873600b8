using VIommuActors.Protocols.Messages;
using VIommuActors.Vtd.Translation;
using VIommuActors.Wire.Encoding;

namespace VIommuActors.Wire.Codecs;

/// <summary>Translations that devices keep.</summary>
internal static class AtsCodecs
{
    private const int LastPermission = (int)Permission.ReadWrite, LastITag = 31;

    public static IEnumerable<PartyCodec> All =>
    [
        PartyCodec.Of<AtsTranslate>(
            36,
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
        PartyCodec.Of<AtsTranslated>(
            37,
            6,
            static (ref w, m) =>
            {
                w.Node(1, m.From);
                w.Number(2, m.Slot);
                w.Address(3, m.Iova);
                w.Address(4, m.Address);
                w.Number(5, m.Mask);
                w.Choice(6, (int)m.Allowed, LastPermission);
            },
            static r => new(r.Node(1), r.Int(2), r.Iova(3), r.Physical(4), r.Number(5), (Permission)r.Choice(6, LastPermission))),
        PartyCodec.Of<InvReq>(
            38,
            4,
            static (ref w, m) =>
            {
                w.Node(1, m.From);
                w.Within(2, m.ITag, 0, LastITag);
                w.Address(3, m.Address);
                w.Number(4, m.Pages);
            },
            static r => new(r.Node(1), (int)r.Within(2, 0, LastITag), r.Iova(3), r.Number(4))),
        PartyCodec.Of<InvComp>(
            39,
            3,
            static (ref w, m) =>
            {
                w.Node(1, m.From);
                w.Number(2, m.Source.Value);
                w.Within(3, m.ITag, 0, LastITag);
            },
            static r => new(r.Node(1), r.Source(2), (int)r.Within(3, 0, LastITag))),
        PartyCodec.Of<InvWatchdog>(40, 1, static (ref w, m) => w.Node(1, m.From), static r => new(r.Node(1))),
    ];
}
