using System.Buffers.Binary;
using VIommuActors.Xen.Events;

namespace VIommuActors.Xen.IoRequests;

/// <summary>State of an ioreq slot. Source: Xen <c>public/hvm/ioreq.h</c>.</summary>
/// <remarks>The field has four bits; 4–15 mean nothing, and crash the domain when Xen finds them.</remarks>
public enum IoreqState : byte
{
    /// <summary>Xen's: nothing is asked.</summary>
    None = 0,

    /// <summary>The emulator's to take.</summary>
    Ready = 1,

    /// <summary>Taken by the emulator.</summary>
    InProcess = 2,

    /// <summary>Xen's to take back, with the answer.</summary>
    ResponseReady = 3,
}

/// <summary>What kind of access a request is. Source: Xen <c>public/hvm/ioreq.h</c>.</summary>
public enum IoreqType : byte
{
    /// <summary>Port I/O; the address does not step.</summary>
    Pio = 0,

    /// <summary>Memory-mapped I/O.</summary>
    Copy = 1,

    /// <summary>PCI configuration space: segment 63:48, bus 47:40, device 39:35, function 34:32, register 31:0.</summary>
    PciConfig = 2,

    /// <summary>A time offset changed.</summary>
    TimeOffset = 7,

    /// <summary>The emulator is to drop its mappings of guest memory.</summary>
    Invalidate = 8,
}

/// <summary>
/// One I/O request, <c>struct ioreq</c>: 32 bytes, little-endian. Padding is written as 0 and ignored when read.
/// Source: Xen <c>public/hvm/ioreq.h</c>.
/// </summary>
/// <param name="Address">Guest-physical or port address, or a PCI address (<see cref="IoreqType.PciConfig"/>). Bytes 0–7.</param>
/// <param name="Data">The value, or where it is when <paramref name="DataIsPointer"/>. Bytes 8–15.</param>
/// <param name="Count">Repetitions, at least 1. Bytes 16–19.</param>
/// <param name="Size">Bytes per repetition: 1, 2, 4 or 8. Bytes 20–23.</param>
/// <param name="Port">The port the emulator binds to (<c>vp_eport</c>); written by Xen only. Bytes 24–27.</param>
/// <param name="State">Byte 30, bits 3:0.</param>
/// <param name="DataIsPointer"><paramref name="Data"/> is a guest-physical address. Byte 30, bit 4.</param>
/// <param name="IsRead">The guest reads. Byte 30, bit 5 (<c>dir</c>).</param>
/// <param name="Descends">Addresses go down from one repetition to the next. Byte 30, bit 6 (<c>df</c>).</param>
/// <param name="Type">Byte 31.</param>
public readonly record struct Ioreq(
    ulong Address,
    ulong Data,
    uint Count,
    uint Size,
    EventPort Port,
    IoreqState State,
    bool DataIsPointer,
    bool IsRead,
    bool Descends,
    IoreqType Type)
{
    /// <summary>Size of the structure.</summary>
    public const int Bytes = 32;

    /// <summary>A single memory write as the instruction emulator latches it: state <see cref="IoreqState.None"/>, no port yet.</summary>
    public static Ioreq MmioWrite(ulong address, ulong data, uint size) =>
        new(address, data, 1, size, default, IoreqState.None, false, IsRead: false, false, IoreqType.Copy);

    /// <summary>A single memory read.</summary>
    public static Ioreq MmioRead(ulong address, uint size) =>
        new(address, 0, 1, size, default, IoreqState.None, false, IsRead: true, false, IoreqType.Copy);

    /// <summary>Lowest address that the request touches.</summary>
    public ulong FirstByte => Steps && Descends ? unchecked(Address - ((ulong)(Count - 1) * Size)) : Address;

    /// <summary>Highest address that the request touches. Only memory addresses step, so otherwise it is that of one repetition.</summary>
    public ulong LastByte => Steps && !Descends
        ? unchecked(Address + ((ulong)Count * Size) - 1)
        : unchecked(Address + Size - 1);

    /// <summary>
    /// Whether the instruction is emulated a second time to finish: the answer's data are used, and internal handlers are not asked
    /// again. True for MMIO reads and writes and for port reads; a port write is over when it has been sent.
    /// </summary>
    public bool NeedsCompletion => !DataIsPointer && (Type != IoreqType.Pio || IsRead);

    private bool Steps => Type == IoreqType.Copy;

    /// <summary>Address of repetition <paramref name="index"/>, counted from 0.</summary>
    public ulong AddressOf(uint index)
    {
        var distance = Steps ? (ulong)index * Size : 0;
        return unchecked(Descends ? Address - distance : Address + distance);
    }

    /// <summary>Writes the 32 bytes.</summary>
    /// <exception cref="ArgumentException">Fewer than 32 bytes, or a state outside its four bits.</exception>
    public void Encode(Span<byte> into)
    {
        if (into.Length < Bytes)
        {
            throw new ArgumentException($"An ioreq needs {Bytes} bytes, there are {into.Length}.", nameof(into));
        }

        BinaryPrimitives.WriteUInt64LittleEndian(into, Address);
        BinaryPrimitives.WriteUInt64LittleEndian(into[8..], Data);
        BinaryPrimitives.WriteUInt64LittleEndian(into[16..], SizeWord);
        BinaryPrimitives.WriteUInt64LittleEndian(into[24..], StateWord);
    }

    /// <summary>Reads 32 bytes. Every bit pattern is a request; unknown states and types are kept as found.</summary>
    /// <exception cref="ArgumentException">Fewer than 32 bytes.</exception>
    public static Ioreq Decode(ReadOnlySpan<byte> from)
    {
        if (from.Length < Bytes)
        {
            throw new ArgumentException($"An ioreq needs {Bytes} bytes, there are {from.Length}.", nameof(from));
        }

        return FromWords(
            BinaryPrimitives.ReadUInt64LittleEndian(from),
            BinaryPrimitives.ReadUInt64LittleEndian(from[8..]),
            BinaryPrimitives.ReadUInt64LittleEndian(from[16..]),
            BinaryPrimitives.ReadUInt64LittleEndian(from[24..]));
    }

    /// <summary>Bytes 16–23 as one quadword.</summary>
    internal ulong SizeWord => Count | ((ulong)Size << 32);

    /// <summary>Bytes 24–31 as one quadword: everything that Xen and the emulator use to hand the slot over.</summary>
    internal ulong StateWord
    {
        get
        {
            if ((byte)State > 0xf)
            {
                throw new ArgumentException($"The state {(byte)State} does not fit into its four bits.");
            }

            var flags = (byte)State | (DataIsPointer ? 0x10u : 0) | (IsRead ? 0x20u : 0) | (Descends ? 0x40u : 0);
            return Port.Value | ((ulong)flags << 48) | ((ulong)Type << 56);
        }
    }

    /// <summary>The inverse of the four quadwords.</summary>
    internal static Ioreq FromWords(ulong address, ulong data, ulong sizeWord, ulong stateWord)
    {
        var flags = (byte)(stateWord >> 48);
        return new Ioreq(
            address,
            data,
            (uint)sizeWord,
            (uint)(sizeWord >> 32),
            new EventPort((uint)stateWord),
            (IoreqState)(flags & 0xf),
            (flags & 0x10) != 0,
            (flags & 0x20) != 0,
            (flags & 0x40) != 0,
            (IoreqType)(stateWord >> 56));
    }
}
