using System.Collections.Immutable;
using System.Globalization;
using VIommuActors.Vtd;

namespace VIommuActors.Guest.Recording;

/// <summary>Which structure of the driver a row belongs to; the comment gives its word in the file.</summary>
public enum RecordedTable
{
    /// <summary><c>root</c>: root table.</summary>
    Root,

    /// <summary><c>context</c>: a context table.</summary>
    Context,

    /// <summary><c>sl1</c>: second-level table whose entries map 4 KiB.</summary>
    SecondLevel1,

    /// <summary><c>sl2</c>: its entries map 2 MiB or point to <c>sl1</c>.</summary>
    SecondLevel2,

    /// <summary><c>sl3</c>: its entries map 1 GiB or point to <c>sl2</c>.</summary>
    SecondLevel3,

    /// <summary><c>sl4</c>: the top of a four-level table.</summary>
    SecondLevel4,

    /// <summary><c>queue</c>: the invalidation queue.</summary>
    Queue,

    /// <summary><c>irt</c>: interrupt remapping table.</summary>
    InterruptRemapping,
}

/// <summary>Sixteen bytes of memory, not all zero.</summary>
/// <param name="Table">Structure they belong to.</param>
/// <param name="Address">Address of the first, a multiple of 16.</param>
/// <param name="Low">The first eight as a little-endian quadword.</param>
/// <param name="High">The second eight.</param>
public readonly record struct RecordedRow(RecordedTable Table, GuestPhysical Address, ulong Low, ulong High);

/// <summary>
/// A driver's structures as they stood at the <c>dump</c> mark near the end of a recording (<c>NAME.mem</c>, usually gzip-compressed):
/// one row of 16 bytes a line, <c>kind address bytes</c>, bytes in the order of memory. Rows of zeros are left out.
/// </summary>
public sealed class RecordedMemory
{
    /// <summary>Most lines that are taken.</summary>
    public const int MaxLines = RecordedTrace.MaxLines;

    private RecordedMemory(string fileName, ImmutableArray<RecordedRow> rows) => (FileName, Rows) = (fileName, rows);

    /// <summary>Name of the file, as it was given.</summary>
    public string FileName { get; }

    /// <summary>The rows in the order of the file.</summary>
    public ImmutableArray<RecordedRow> Rows { get; }

    /// <summary>Reads a whole file.</summary>
    /// <param name="stream">Plain or gzip, told apart by its first two bytes; it stays open and the caller's.</param>
    /// <param name="fileName">For error messages.</param>
    /// <param name="maxLines">Bound on the number of lines.</param>
    /// <exception cref="RecordedTraceException">It is not such a file, or not all of one.</exception>
    public static RecordedMemory Read(Stream stream, string fileName, int maxLines = MaxLines)
    {
        using var lines = new RecordingLines(stream, fileName, maxLines);
        var rows = ImmutableArray.CreateBuilder<RecordedRow>();
        while (lines.Next(out var line))
        {
            rows.Add(Row(ref line));
            line.End();
        }

        return new RecordedMemory(fileName, rows.DrainToImmutable());
    }

    private static RecordedRow Row(ref RecordingFields line)
    {
        var word = line.Word("the kind");
        var table = word switch
        {
            _ when word.SequenceEqual("root"u8) => RecordedTable.Root,
            _ when word.SequenceEqual("context"u8) => RecordedTable.Context,
            _ when word.SequenceEqual("sl1"u8) => RecordedTable.SecondLevel1,
            _ when word.SequenceEqual("sl2"u8) => RecordedTable.SecondLevel2,
            _ when word.SequenceEqual("sl3"u8) => RecordedTable.SecondLevel3,
            _ when word.SequenceEqual("sl4"u8) => RecordedTable.SecondLevel4,
            _ when word.SequenceEqual("queue"u8) => RecordedTable.Queue,
            _ when word.SequenceEqual("irt"u8) => RecordedTable.InterruptRemapping,
            _ => throw line.Found("the kind", word, "root, context, sl1 to sl4, queue and irt are"),
        };
        var address = line.Hex("the address");
        if (address % 16 != 0)
        {
            throw line.Error($"found the address {address:x}; multiples of 16 are accepted.");
        }

        var bytes = line.Word("the row of bytes");
        return bytes.Length == 32 && TryHalf(bytes[..16], out var low) && TryHalf(bytes[16..], out var high)
            ? new RecordedRow(table, new GuestPhysical(address), low, high)
            : throw line.Found("the row of bytes", bytes, "32 hexadecimal digits are");
    }

    private static bool TryHalf(ReadOnlySpan<byte> digits, out ulong half)
    {
        var parsed = ulong.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var bigEndian);
        half = System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(bigEndian);
        return parsed;
    }
}
