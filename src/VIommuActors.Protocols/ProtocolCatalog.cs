using System.Collections.Immutable;
using VIommuActors.Protocols.Ats;
using VIommuActors.Protocols.BareTranslate;
using VIommuActors.Protocols.DrainOnInvalidate;
using VIommuActors.Protocols.Memcpy;
using VIommuActors.Protocols.Seam;

namespace VIommuActors.Protocols;

/// <summary>The designs by name, in the order in which a comparison shows them. The one list that a new design is added to.</summary>
public static class ProtocolCatalog
{
    /// <summary>All designs.</summary>
    public static ImmutableArray<IProtocol> All { get; } =
        [new BareTranslateProtocol(), new MemcpyProtocol(), new AtsProtocol(), new DrainProtocol()];

    /// <summary>The design called <paramref name="name"/>, or null.</summary>
    public static IProtocol? Find(string name) => All.FirstOrDefault(protocol => protocol.Name == name);
}
