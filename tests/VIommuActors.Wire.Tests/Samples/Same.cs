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
            (LinkCargo one, LinkCargo other) =>
                one.Number == other.Number && one.Parts.Length == other.Parts.Length && one.Parts.Zip(other.Parts)
                    .All(pair => pair.First.To == pair.Second.To && Equals(Alone(pair.First), Alone(pair.Second))),
            _ => object.Equals(x, y),
        };

    private static LinkFrames Alone(CargoPart part) => new(part.Vm, part.Frames);

    public int GetHashCode(IClusterMessage obj) => obj.GetType().GetHashCode();
}
