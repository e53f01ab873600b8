namespace VIommuActors.Wire.Messages;

/// <summary>Hypervisor half → node of device models: start a device model for the machine.</summary>
/// <param name="Vm">The machine.</param>
/// <param name="Session">Number of the device model's life, counted by the hypervisor half.</param>
/// <param name="Run">The run that defines the machine.</param>
/// <param name="Link">
/// What the sender's end of the link can do. 0: a message for each frame, and the session begins when the device model runs. 1: it reads
/// <see cref="LinkFrames"/>, and the session begins with its first <see cref="LinkAck"/>. 2: there is a carrier on its node, which reads
/// <see cref="LinkCargo"/>.
/// </param>
public sealed record OpenSession(int Vm, long Session, string Run, int Link) : IVmMessage;

/// <summary>Node of device models → hypervisor half: it runs.</summary>
/// <param name="Vm">The machine.</param>
/// <param name="Session">The session.</param>
/// <param name="Node">Where.</param>
/// <param name="Link">As in <see cref="OpenSession"/>.</param>
public sealed record SessionOpened(int Vm, long Session, string Node, int Link) : IVmMessage;

/// <summary>Node of device models → hypervisor half: it cannot run here.</summary>
/// <param name="Vm">The machine.</param>
/// <param name="Session">The session.</param>
/// <param name="Reason">Why; at most <see cref="WireLimits.TextBytes"/> bytes.</param>
public sealed record SessionRefused(int Vm, long Session, string Reason) : IVmMessage;

/// <summary>Either half → the other: the session is over; its frames will be refused.</summary>
/// <param name="Vm">The machine.</param>
/// <param name="Session">The session.</param>
/// <param name="Reason">Why; at most <see cref="WireLimits.TextBytes"/> bytes.</param>
public sealed record CloseSession(int Vm, long Session, string Reason) : IVmMessage;
