using System.Collections.Immutable;
using MemoryPack;
using VIommuActors.Protocols.Messages;
using VIommuActors.Vtd;
using VIommuActors.Vtd.Translation;
using VIommuActors.Wire;
using VIommuActors.Wire.Messages;

namespace VIommuActors.Benchmarks.Subjects;

/// <summary>
/// A frame with one message in it and a clock of two, as a link sends it, written and read by ours and by MemoryPack. MemoryPack needs
/// classes of its own with its attributes, as the parties' messages know no serializer; filling them is part of what it costs.
/// </summary>
internal sealed class WireSubject
{
    private readonly LinkFrame _frame;
    private readonly byte[] _ours, _packed, _tolerant;

    private WireSubject(Message message)
    {
        _frame = new(3, 2, 1001, 1000, new(5), message, [], [new(0, 77), new(2, 78)]);
        _ours = WireFormat.Encode(_frame);
        _packed = MemoryPackSerializer.Serialize(PackedFrame.Of(_frame));
        _tolerant = MemoryPackSerializer.Serialize(TolerantFrame.Of(_frame));
        if (Same(WireFormat.Decode("lf1", _ours)) && Same(ReadPacked()) && Same(ReadTolerant())) return;
        throw new InvalidOperationException("The three do not say the same.");
    }

    /// <summary>Bytes of each.</summary>
    public (int Ours, int Packed, int Tolerant) Bytes => (_ours.Length, _packed.Length, _tolerant.Length);

    /// <summary>An access of a device.</summary>
    public static WireSubject Access() => new(new DmaAccess(new(2), 11, new(0x18), 123, new(0xffff_f000), new(0x1_2345_6000), 4096, true));

    /// <summary>A translation.</summary>
    public static WireSubject Call() => new(new TranslateCall(new(2), 11, new(0x18), new(0xffff_f000), Permission.Write));

    public ulong Write() => (ulong)WireFormat.Encode(_frame).Length;

    public ulong Read() => (ulong)((LinkFrame)WireFormat.Decode("lf1", _ours)).Sequence;

    public ulong WritePacked() => (ulong)MemoryPackSerializer.Serialize(PackedFrame.Of(_frame)).Length;

    public ulong WriteTolerant() => (ulong)MemoryPackSerializer.Serialize(TolerantFrame.Of(_frame)).Length;

    public ulong ReadPackedSequence() => (ulong)ReadPacked().Sequence;

    public ulong ReadTolerantSequence() => (ulong)ReadTolerant().Sequence;

    private LinkFrame ReadPacked() => MemoryPackSerializer.Deserialize<PackedFrame>(_packed)!.Frame();

    private LinkFrame ReadTolerant() => MemoryPackSerializer.Deserialize<TolerantFrame>(_tolerant)!.Frame();

    private bool Same(IClusterMessage message) => message.Equals(_frame);
}

/// <summary>MemoryPack's densest form: members by position, no way to add one.</summary>
[MemoryPackable]
internal sealed partial record PackedFrame(
    int Vm, long Session, long Sequence, long Acked, int To, PackedMessage? Message, PackedEntry[]? Clock)
{
    public static PackedFrame Of(LinkFrame frame) => new(
        frame.Vm, frame.Session, frame.Sequence, frame.Acked, frame.To.Index, PackedMessage.Of(frame.Message), PackedEntry.Of(frame.Clock));

    public LinkFrame Frame() => new(Vm, Session, Sequence, Acked, new(To), Message!.Back(), [], PackedEntry.Back(Clock!));
}

/// <summary>A clock's component.</summary>
[MemoryPackable]
internal readonly partial record struct PackedEntry(int Process, long Count)
{
    public static PackedEntry[] Of(ImmutableArray<ClockEntry> clock)
    {
        var packed = new PackedEntry[clock.Length];
        for (var i = 0; i < packed.Length; i++) packed[i] = new(clock[i].Process, clock[i].Count);
        return packed;
    }

    public static ImmutableArray<ClockEntry> Back(PackedEntry[] packed)
    {
        var clock = new ClockEntry[packed.Length];
        for (var i = 0; i < clock.Length; i++) clock[i] = new(packed[i].Process, packed[i].Count);
        return System.Runtime.InteropServices.ImmutableCollectionsMarshal.AsImmutableArray(clock);
    }
}

/// <summary>One of the kinds.</summary>
[MemoryPackable]
[MemoryPackUnion(0, typeof(PackedCall))]
[MemoryPackUnion(1, typeof(PackedAccess))]
internal abstract partial record PackedMessage
{
    public static PackedMessage Of(Message message) => message switch
    {
        TranslateCall m => new PackedCall(m.From.Index, m.Slot, m.Source.Value, m.Iova.Value, (byte)m.Wanted),
        DmaAccess m => new PackedAccess(m.From.Index, m.Slot, m.Source.Value, m.Work, m.Iova.Value, m.Address.Value, m.Bytes, m.IsWrite),
        _ => throw new NotSupportedException(),
    };

    public abstract Message Back();
}

/// <summary>A translation.</summary>
[MemoryPackable]
internal sealed partial record PackedCall(int From, int Slot, ushort Source, ulong Iova, byte Wanted) : PackedMessage
{
    public override Message Back() => new TranslateCall(new(From), Slot, new(Source), new(Iova), (Permission)Wanted);
}

/// <summary>An access.</summary>
[MemoryPackable]
internal sealed partial record PackedAccess(
    int From, int Slot, ushort Source, long Work, ulong Iova, ulong Address, int Bytes, bool IsWrite) : PackedMessage
{
    public override Message Back() => new DmaAccess(new(From), Slot, new(Source), Work, new(Iova), new(Address), Bytes, IsWrite);
}

/// <summary>MemoryPack's form that versions may differ in: lengths of all members come first.</summary>
[MemoryPackable(GenerateType.VersionTolerant)]
internal sealed partial record TolerantFrame(
    [property: MemoryPackOrder(0)] int Vm,
    [property: MemoryPackOrder(1)] long Session,
    [property: MemoryPackOrder(2)] long Sequence,
    [property: MemoryPackOrder(3)] long Acked,
    [property: MemoryPackOrder(4)] int To,
    [property: MemoryPackOrder(5)] TolerantMessage? Message,
    [property: MemoryPackOrder(6)] PackedEntry[]? Clock)
{
    public static TolerantFrame Of(LinkFrame frame) => new(
        frame.Vm,
        frame.Session,
        frame.Sequence,
        frame.Acked,
        frame.To.Index,
        TolerantMessage.Of(frame.Message),
        PackedEntry.Of(frame.Clock));

    public LinkFrame Frame() => new(Vm, Session, Sequence, Acked, new(To), Message!.Back(), [], PackedEntry.Back(Clock!));
}

/// <summary>One of the kinds.</summary>
[MemoryPackable]
[MemoryPackUnion(0, typeof(TolerantCall))]
[MemoryPackUnion(1, typeof(TolerantAccess))]
internal abstract partial record TolerantMessage
{
    public static TolerantMessage Of(Message message) => message switch
    {
        TranslateCall m => new TolerantCall(m.From.Index, m.Slot, m.Source.Value, m.Iova.Value, (byte)m.Wanted),
        DmaAccess m => new TolerantAccess(m.From.Index, m.Slot, m.Source.Value, m.Work, m.Iova.Value, m.Address.Value, m.Bytes, m.IsWrite),
        _ => throw new NotSupportedException(),
    };

    public abstract Message Back();
}

/// <summary>A translation.</summary>
[MemoryPackable(GenerateType.VersionTolerant)]
internal sealed partial record TolerantCall(
    [property: MemoryPackOrder(0)] int From,
    [property: MemoryPackOrder(1)] int Slot,
    [property: MemoryPackOrder(2)] ushort Source,
    [property: MemoryPackOrder(3)] ulong Iova,
    [property: MemoryPackOrder(4)] byte Wanted) : TolerantMessage
{
    public override Message Back() => new TranslateCall(new(From), Slot, new(Source), new(Iova), (Permission)Wanted);
}

/// <summary>An access.</summary>
[MemoryPackable(GenerateType.VersionTolerant)]
internal sealed partial record TolerantAccess(
    [property: MemoryPackOrder(0)] int From,
    [property: MemoryPackOrder(1)] int Slot,
    [property: MemoryPackOrder(2)] ushort Source,
    [property: MemoryPackOrder(3)] long Work,
    [property: MemoryPackOrder(4)] ulong Iova,
    [property: MemoryPackOrder(5)] ulong Address,
    [property: MemoryPackOrder(6)] int Bytes,
    [property: MemoryPackOrder(7)] bool IsWrite) : TolerantMessage
{
    public override Message Back() => new DmaAccess(new(From), Slot, new(Source), Work, new(Iova), new(Address), Bytes, IsWrite);
}
