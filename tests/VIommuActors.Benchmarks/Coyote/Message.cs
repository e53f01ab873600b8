using Microsoft.Coyote;
using Microsoft.Coyote.Actors;

namespace VIommuActors.Benchmarks.Coyote;

/// <summary>What the components of the peer model say to each other.</summary>
internal enum Kind
{
    Start, Unmap, PteWrite, InvWrite, MmioRead, MmioResp, Doorbell, Translate, TransResp, TransFault, DmaCopy, CopyDone, DoDma, DmaAccess,
    DmaDone, Free, IoReq, Drain, DrainAck, DrainComplete, InvReq, InvComp, Flush, Copy,
}

/// <summary>One message.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="From">Number of the sending component.</param>
/// <param name="Guest">The guest it is about.</param>
/// <param name="Value">Frame, epoch or flag.</param>
internal readonly record struct Message(Kind Kind, int From, int Guest, int Value);

/// <summary>
/// A message on its way. With <see cref="Delivery.Inbox"/> it is what is handled; with <see cref="Delivery.Lanes"/> it only says that
/// one more message waits in the lanes of the receiver.
/// </summary>
internal sealed class Packet(Message message) : Event
{
    public Message Message { get; } = message;
}

/// <summary>Tells a new component what it belongs to.</summary>
internal sealed class Setup(CoyoteWorld world, int number) : Event
{
    public CoyoteWorld World { get; } = world;

    public int Number { get; } = number;
}

/// <summary>What decides the order in which a component takes its messages.</summary>
internal enum Delivery
{
    /// <summary>Coyote's own inbox: the order in which they were sent, whoever sent them.</summary>
    Inbox,

    /// <summary>A lane for each sender; which lane comes next is one of Coyote's integer choices.</summary>
    Lanes,
}
