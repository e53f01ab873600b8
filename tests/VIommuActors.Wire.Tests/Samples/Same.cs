using VIommuActors.Protocols.Messages;
using VIommuActors.Wire.Messages;

namespace VIommuActors.Wire.Tests.Samples;

/// <summary>Compares messages by what they say.</summary>
internal sealed class Same : IEqualityComparer<IClusterMessage>
{
    public static Same Comparer { get; } = new();

    /// <summary>A doorbell's array compares by reference, and it is not ours to change.</summary>
    public bool Equals(IClusterMessage? x, IClusterMessage? y) =>
        (x, y) switch
        {
            (LinkFrame { Message: Doorbell left } one, LinkFrame { Message: Doorbell right } other) =>
                left.Segments.SequenceEqual(right.Segments) && left with { Segments = [] } == right with { Segments = [] } &&
                one with { Message = right } == other,
            (LinkFrames one, LinkFrames other) => one.Vm == other.Vm && one.Frames.AsEnumerable<IClusterMessage>().SequenceEqual(other.Frames, this),
            _ => object.Equals(x, y),
        };

    public int GetHashCode(IClusterMessage obj) => obj.GetType().GetHashCode();
}
