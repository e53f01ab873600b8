using System.Collections.Immutable;
using VIommuActors.Protocols.Messages;
using VIommuActors.Xen.IoRequests;

namespace VIommuActors.Wire.Messages;

/// <summary>An ioreq slot that crosses with the event that announces it: the two processes share no page.</summary>
/// <param name="Vcpu">Whose slot, from 0.</param>
/// <param name="Request">What it holds. States and types that mean nothing cross as they are; whoever takes the slot judges them.</param>
public readonly record struct SlotImage(int Vcpu, Ioreq Request);

/// <summary>One component of a vector clock.</summary>
/// <param name="Process">0 the hypervisor half, n the device model of session n.</param>
/// <param name="Count">What has happened there.</param>
public readonly record struct ClockEntry(int Process, long Count);

/// <summary>Half → half: one message of a party, in order and once, however often the frame is sent.</summary>
/// <param name="Vm">The machine.</param>
/// <param name="Session">The device model's life; a frame of another one is refused.</param>
/// <param name="Sequence">Number of the frame in its session and direction.</param>
/// <param name="Acked">Every frame of the other direction up to this one has arrived.</param>
/// <param name="To">The party it is for.</param>
/// <param name="Message">The party's message. Its sender is in it.</param>
/// <param name="Slots">Slots that go with an event; at most <see cref="WireLimits.Slots"/>.</param>
/// <param name="Clock">The sender's vector clock, for traces; at most <see cref="WireLimits.ClockEntries"/>.</param>
public sealed record LinkFrame(
    int Vm,
    long Session,
    long Sequence,
    long Acked,
    NodeId To,
    Message Message,
    ImmutableArray<SlotImage> Slots,
    ImmutableArray<ClockEntry> Clock) : IVmMessage
{
    /// <summary>By value, slots and clock included; none and an empty array are the same.</summary>
    public bool Equals(LinkFrame? other) =>
        other is not null && Vm == other.Vm && Session == other.Session && Sequence == other.Sequence && Acked == other.Acked &&
        To == other.To && Message == other.Message && Slots.SameAs(other.Slots) && Clock.SameAs(other.Clock);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Vm, Session, Sequence, Acked, To);
}

/// <summary>Half → half: frames that were ready at the same time. Each is taken as if it had come alone.</summary>
/// <param name="Vm">The machine.</param>
/// <param name="Frames">At most <see cref="WireLimits.Frames"/>, in the order in which they were sent.</param>
public sealed record LinkFrames(int Vm, ImmutableArray<LinkFrame> Frames) : IVmMessage
{
    private const int MostSlots = 4, MostEntries = 16, MostSegments = 16;

    /// <summary>Whether a frame is short enough that <see cref="WireLimits.Frames"/> like it fit into a message.</summary>
    public static bool Takes(LinkFrame frame) =>
        frame.Slots.AsSpan().Length <= MostSlots && frame.Clock.AsSpan().Length <= MostEntries &&
        frame.Message is not Doorbell { Segments.Length: > MostSegments };

    /// <summary>By value, frame by frame.</summary>
    public bool Equals(LinkFrames? other) => other is not null && Vm == other.Vm && Frames.SameAs(other.Frames);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Vm, Frames.AsSpan().Length);
}

/// <summary>
/// Carrier → carrier: frames of many halves of one node that were ready at the same time, for their peers on another one.
/// </summary>
/// <param name="Number">Its number, counted by the sender.</param>
/// <param name="Parts">At most <see cref="WireLimits.CargoFrames"/>, with as many frames together.</param>
public sealed record LinkCargo(long Number, ImmutableArray<CargoPart> Parts) : IClusterMessage
{
    /// <summary>By value, part by part.</summary>
    public bool Equals(LinkCargo? other) => other is not null && Number == other.Number && Parts.SameAs(other.Parts);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Number, Parts.AsSpan().Length);
}

/// <summary>Carrier → carrier: a cargo is here. Its sender need not keep the next one back any longer.</summary>
/// <param name="Number">Of the cargo.</param>
public sealed record CargoTaken(long Number) : IClusterMessage;

/// <summary>What one half has sent. Its peer takes it as <see cref="LinkFrames"/> that came by themselves.</summary>
/// <param name="Vm">The machine.</param>
/// <param name="To">The unique number in the path of the half that it is for.</param>
/// <param name="Frames">At most <see cref="WireLimits.Frames"/>, in the order in which they were sent.</param>
public sealed record CargoPart(int Vm, long To, ImmutableArray<LinkFrame> Frames)
{
    /// <summary>By value, frame by frame.</summary>
    public bool Equals(CargoPart? other) => other is not null && Vm == other.Vm && To == other.To && Frames.SameAs(other.Frames);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Vm, To, Frames.AsSpan().Length);
}

/// <summary>Half → half: every frame up to <paramref name="Acked"/> has arrived; sent when no frame goes that way.</summary>
public sealed record LinkAck(int Vm, long Session, long Acked) : IVmMessage;

/// <summary>Half → half: the session is closed here, and nothing of it is taken any more. The fence's answer to a late frame.</summary>
public sealed record LinkRefused(int Vm, long Session) : IVmMessage;
