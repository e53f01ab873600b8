using System.Globalization;
using VIommuActors.Vtd;

namespace VIommuActors.Oracle;

/// <summary>What can go wrong. The first four break safety, the last two liveness.</summary>
public enum Property
{
    /// <summary>A write through a mapping whose invalidation the guest had seen complete.</summary>
    StaleWrite,

    /// <summary>A read through such a mapping.</summary>
    StaleRead,

    /// <summary>An access to a frame that was never mapped for that device, or without the permission.</summary>
    Escape,

    /// <summary>
    /// A request was refused although its mapping was in place from its issue to its end, or a fault was reported wrongly.
    /// </summary>
    WrongFault,

    /// <summary>A guest waited past its time limit for an invalidation.</summary>
    LostCompletion,

    /// <summary>A request that was issued neither completed nor faulted.</summary>
    LostDma,
}

/// <summary>Names and kinds of properties.</summary>
public static class Properties
{
    /// <summary>All of them, in the order in which reports list them.</summary>
    public static IReadOnlyList<Property> All { get; } = Enum.GetValues<Property>();

    /// <summary>The name that reports, traces and JSON use, such as <c>stale-write</c>.</summary>
    public static string NameOf(Property property) => property switch
    {
        Property.StaleWrite => "stale-write",
        Property.StaleRead => "stale-read",
        Property.Escape => "escape",
        Property.WrongFault => "wrong-fault",
        Property.LostCompletion => "lost-completion",
        Property.LostDma => "lost-dma",
        _ => throw new ArgumentOutOfRangeException(nameof(property)),
    };

    /// <summary>
    /// True for the properties whose breach is an unsafe access or answer, false for those that say something never ended.
    /// </summary>
    public static bool IsSafety(Property property) => property is not (Property.LostCompletion or Property.LostDma);
}

/// <summary>One breach, with what led there.</summary>
/// <param name="Property">What was broken.</param>
/// <param name="At">When.</param>
/// <param name="Guest">In which guest.</param>
/// <param name="Source">By which device; absent for a lost completion.</param>
/// <param name="Iova">The address the device used.</param>
/// <param name="Address">The memory it touched.</param>
/// <param name="Work">The DMA request, 0 if none.</param>
/// <param name="Granted">When the mapping that led there was made, if there was one.</param>
/// <param name="Revoked">When the guest saw its invalidation complete.</param>
/// <param name="Generation">How often the frame had been reused.</param>
public sealed record Violation(
    Property Property, Moment At, int Guest, SourceId? Source, Iova Iova, GuestPhysical Address, long Work, Moment? Granted,
    Moment? Revoked, int Generation)
{
    /// <summary>One sentence for people.</summary>
    public override string ToString()
    {
        var culture = CultureInfo.InvariantCulture;
        var text = Property switch
        {
            Property.StaleWrite or Property.StaleRead => string.Create(culture,
                $"{Properties.NameOf(Property)}: device {Source} {(Property == Property.StaleWrite ? "wrote" : "read")} frame {Address} "
                + $"through iova {Iova} at {At.TimeNs} ns (step {At.Step}), mapped at step {Granted?.Step}; "
                + $"the guest had seen its invalidation complete at {Revoked?.TimeNs} ns (step {Revoked?.Step})"),
            Property.Escape => string.Create(culture,
                $"escape: device {Source} touched {Address} through iova {Iova} at {At.TimeNs} ns (step {At.Step}), "
                + $"which no mapping of its domain ever allowed"),
            Property.WrongFault when Work == 0 => string.Create(culture,
                $"wrong-fault: the fault record that guest {Guest} read at {At.TimeNs} ns (step {At.Step}) gives no reason that there is "
                + $"(device {Source})"),
            Property.WrongFault => string.Create(culture,
                $"wrong-fault: request {Work} of device {Source} was refused by {At.TimeNs} ns (step {At.Step}) "
                + $"although its mapping at {Iova} was in place"),
            Property.LostCompletion => string.Create(culture,
                $"lost-completion: guest {Guest} gave up waiting for an invalidation at {At.TimeNs} ns (step {At.Step})"),
            _ => string.Create(culture, $"lost-dma: request {Work} of device {Source} never ended"),
        };
        return text;
    }
}
