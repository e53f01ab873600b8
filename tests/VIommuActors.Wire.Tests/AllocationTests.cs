using VIommuActors.Protocols.Messages;
using VIommuActors.Vtd.Translation;
using VIommuActors.Wire.Messages;
using VIommuActors.Wire.Tests.Samples;
using VIommuActors.Xen.IoRequests;

namespace VIommuActors.Wire.Tests;

/// <summary>The hot path allocates what it returns and nothing else.</summary>
public sealed class AllocationTests
{
    private const int ArrayHead = 24;

    public static TheoryData<string> Kinds => ["access", "translate", "event", "doorbell", "several", "cargo", "ack"];

    [Theory, MemberData(nameof(Kinds))]
    public void Writing_allocates_the_bytes(string kind)
    {
        var message = Make(kind);
        var bytes = WireFormat.Encode(message);
        Assert.Equal((ArrayHead + bytes.Length + 7) & ~7, Least(() => WireFormat.Encode(message)));
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Reading_allocates_what_is_read(string kind)
    {
        var message = Make(kind);
        var (manifest, bytes) = (WireFormat.ManifestOf(message), WireFormat.Encode(message));
        Assert.Equal(message, WireFormat.Decode(manifest, bytes), Same.Comparer);
        Assert.Equal(Least(() => Make(kind)), Least(() => WireFormat.Decode(manifest, bytes)));
    }

    private static IClusterMessage Make(string kind) => kind switch
    {
        "access" => Frame(new DmaAccess(new(2), 11, new(0x18), 123, new(0xffff_f000), new(0x1_2345_6000), 4096, true)),
        "translate" => Frame(new TranslateCall(new(2), 11, new(0x18), new(0xffff_f000), Permission.Write)),
        "event" => Frame(new EventUpcall(new(2), 1)),
        "doorbell" => Frame(new Doorbell(new(2), 1, [new(new(0x1000), 1, true), new(new(0x2000), 1, true)], 1)),
        "several" => new LinkFrames(
            3, [Frame(new DmaDone(new(2), 11)), Frame(new TranslateCall(new(2), 11, new(0x18), new(0xffff_f000), Permission.Write))]),
        "cargo" => new LinkCargo(
            5,
            [
                new(3, 0x7000_0001, [Frame(new DmaDone(new(2), 11)), Frame(new DmaDone(new(2), 12))]),
                new(4, 0x7000_0002, [Frame(new EventUpcall(new(2), 1))]),
            ]),
        _ => new LinkAck(1, 2, 3),
    };

    private static LinkFrame Frame(Message message) => new(
        3, 2, 1001, 1000, new(5), message, message is EventUpcall ? [new(0, Ioreq.MmioWrite(1, 2, 8))] : [], [new(0, 1), new(2, 3)]);

    /// <summary>The least of many calls: the JIT and the tiers of its code allocate now and then.</summary>
    private static long Least(Func<object> work)
    {
        var least = long.MaxValue;
        for (var i = 0; i < 200; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var made = work();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
            GC.KeepAlive(made);
        }

        return least;
    }
}
