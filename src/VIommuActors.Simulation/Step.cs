using Akka.Actor;

namespace VIommuActors.Simulation;

/// <summary>One user message about to be handled.</summary>
/// <param name="Number">Position in the run, counted from 1.</param>
/// <param name="TimeNs">Virtual time of the delivery, nanoseconds since the start of the run.</param>
/// <param name="Receiver">The actor that handles the message.</param>
/// <param name="Sender">The sender in the envelope; the system's dead letters when there was none.</param>
/// <param name="Message">
/// The message as sent, or what the receiver gets in its place when it crashes; a timer's message is still wrapped by Akka here.
/// </param>
/// <param name="Cause">Number of the step in which the message was sent, or in which its timer was set; 0 = from outside a step.</param>
/// <param name="Enabled">How many choices there were: lanes that could have delivered, and their possible faults.</param>
/// <param name="Chosen">Index of the chosen lane in canonical order, 0 ≤ Chosen &lt; Enabled.</param>
/// <param name="Lane">The chosen lane, and which fault the message suffers, if any.</param>
/// <param name="Arrived">
/// <see cref="SimKernel.Instants"/> when the message reached its lane; less than now if the receiver let it wait while time
/// moved.
/// </param>
/// <param name="Exclusive">
/// True when the receiver would have taken no other lane's message: it waits for one sender, or has unstashed messages.
/// </param>
/// <param name="Unstashed">True for a message that its receiver had put aside: it came back to the front, ahead of its lane.</param>
public readonly record struct Step(
    long Number,
    long TimeNs,
    IActorRef Receiver,
    IActorRef Sender,
    object Message,
    long Cause,
    int Enabled,
    int Chosen,
    LaneId Lane = default,
    long Arrived = 0,
    bool Exclusive = false,
    bool Unstashed = false);
