using System.Globalization;

namespace VIommuActors.Xen.Events;

/// <summary>Number of an event-channel port within its domain. 0 is reserved and never handed out.</summary>
public readonly record struct EventPort(uint Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}
