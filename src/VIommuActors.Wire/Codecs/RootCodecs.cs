using System.Collections.Frozen;

namespace VIommuActors.Wire.Codecs;

/// <summary>Every message between processes.</summary>
internal static class RootCodecs
{
    /// <summary>In a fixed order, which counters follow.</summary>
    public static RootCodec[] All { get; } = [.. LinkCodecs.All, .. SessionCodecs.All, .. RunCodecs.All];

    /// <summary>By class.</summary>
    public static FrozenDictionary<Type, RootCodec> ByType { get; } = All.ToFrozenDictionary(codec => codec.Type);

    /// <summary>By manifest.</summary>
    public static FrozenDictionary<string, RootCodec> ByManifest { get; } =
        All.ToFrozenDictionary(codec => codec.Manifest, StringComparer.Ordinal);
}
