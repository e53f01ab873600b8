using System.Collections.Immutable;

namespace VIommuActors.Wire.Messages;

/// <summary>Immutable arrays compare by reference; messages are to compare by what they say.</summary>
internal static class ImmutableArrays
{
    /// <summary>Element by element. An array that was never set is an empty one: the wire does not tell them apart.</summary>
    public static bool SameAs<T>(this ImmutableArray<T> left, ImmutableArray<T> right)
        where T : IEquatable<T> => left.AsSpan().SequenceEqual(right.AsSpan());
}
