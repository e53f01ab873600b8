namespace VIommuActors.Qtest.Qmp;

/// <summary>Kinds of tokens in a stream of JSON.</summary>
internal enum JsonTokenKind
{
    /// <summary>One of <c>{ } [ ] : ,</c></summary>
    Structure,

    /// <summary>In double or single quotes, which are part of the text.</summary>
    String,

    /// <summary>A number, whole or not.</summary>
    Number,

    /// <summary>Lower-case letters.</summary>
    Keyword,

    /// <summary>What can begin no token, up to the byte that made it so.</summary>
    Stray,
}

/// <summary>A token and its bytes as they came.</summary>
internal readonly record struct JsonToken(JsonTokenKind Kind, byte[] Text)
{
    /// <summary>True for this one structural character.</summary>
    public bool Is(char structure) => Kind == JsonTokenKind.Structure && Text[0] == structure;
}
