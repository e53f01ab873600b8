namespace VIommuActors.Protocols.Messages;

/// <summary>
/// A call or its answer. <paramref name="Slot"/> is the caller's own number for what it has under way; it comes back unchanged.
/// </summary>
/// <remarks>
/// Bits 20 and up number the caller's lives: a process that was started again uses the same slots as its
/// predecessor, and an answer to the dead must not be taken for one's own. The first life is 0, so it costs nothing.
/// </remarks>
public abstract record Slotted(NodeId From, int Slot) : Message(From)
{
    private const int LifeShift = 20;

    /// <summary>Number of the caller's life, from 0.</summary>
    public int Life => Slot >> LifeShift;

    /// <summary>The message as a caller in its life <paramref name="life"/> sends it.</summary>
    public Slotted Marked(int life) => life == 0 ? this : this with { Slot = Slot | (life << LifeShift) };

    /// <summary>The message as the caller itself counts its slots.</summary>
    public Slotted Unmarked() => Life == 0 ? this : this with { Slot = Slot & ((1 << LifeShift) - 1) };
}
