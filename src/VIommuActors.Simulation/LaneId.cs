namespace VIommuActors.Simulation;

/// <summary>
/// The messages of one sender to one receiver, delivered first in, first out; as a choice, with what happens to the first of them.
/// </summary>
/// <param name="Receiver">Slot of the receiver, see <see cref="SimKernel.SlotOf"/>.</param>
/// <param name="Sender">Slot of the sender; 0 for senders that are not actors.</param>
/// <param name="Fault">Offered beside the plain delivery when <see cref="SimKernel.Faults"/> allows it.</param>
/// <param name="Side">
/// True for the side lane of the pair: the messages that a <see cref="LaneFault.Reorder"/> set aside, free against the others.
/// </param>
public readonly record struct LaneId(int Receiver, int Sender, LaneFault Fault = LaneFault.None, bool Side = false);
