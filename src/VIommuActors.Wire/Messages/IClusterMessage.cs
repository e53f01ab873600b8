namespace VIommuActors.Wire.Messages;

/// <summary>
/// What one process sends to an actor in another. Akka's serialization is bound to this interface, so a message without it does not
/// leave its process.
/// </summary>
/// <remarks>Names of runs, nodes, roles and protocols are 1 to <see cref="WireLimits.NameBytes"/> bytes of UTF-8.</remarks>
public interface IClusterMessage;

/// <summary>About one machine of a run.</summary>
public interface IVmMessage : IClusterMessage
{
    /// <summary>Number of the machine in its run.</summary>
    int Vm { get; }
}
