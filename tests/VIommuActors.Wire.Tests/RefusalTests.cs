using Google.Protobuf;
using VIommuActors.Protocols.Messages;
using VIommuActors.Vtd.Translation;
using VIommuActors.Wire.Messages;
using VIommuActors.Wire.Tests.Samples;
using VIommuActors.Xen.IoRequests;

namespace VIommuActors.Wire.Tests;

/// <summary>What is refused, on the way in and on the way out, and in which words.</summary>
public sealed class RefusalTests
{
    private static readonly NodeId From = new(1);
    private static readonly DmaDone Done = new(From, 2);
    private static readonly Vtd.DmaSegment Segment = new(default, 1, false);

    public static TheoryData<string, string, string> Unreadable => new()
    {
        { "la1", "08", "truncated" },
        { "la1", "0880", "truncated" },
        { "la1", "08ffffffffffffffffffff01", "malformed" },
        { "la1", "00", "malformed" },
        { "la1", "080300", "malformed" },
        { "la1", "0803ff", "truncated" },
        { "la1", "08030804", "comes twice" },
        { "la1", "0a0103", "wire type 2 where a number belongs" },
        { "la1", "0980000000000000", "wire type 1 where a number belongs" },
        { "la1", "0880808080" + "08", "LinkAck, field 1: 2147483648 is not in -2147483648..2147483647" },
        { "la1", "0c", "wire type 4 where a number belongs" },
        { "la1", "7c", "wire type 4 belongs to nothing" },
        { "la1", "7e", "wire type 6 belongs to nothing" },
        { "la1", "7b", "a group does not end" },
        { "la1", "7b84017c", "wire type 4 belongs to nothing" },
        { "la1", "7affffffff07", "malformed" },
        { "la1", "7affffffff0f", "malformed" },
        { "la1", "7a05", "malformed" },
        { "os1", "1a02c328", "field 3: byte 0 is not UTF-8" },
        { "os1", "1a03eda080", "is not UTF-8" },
        { "os1", "1a00", "a name is missing" },
        { "os1", "", "a name is missing" },
        { "os1", "1801", "wire type 0 where something with a length belongs" },
        { "os1", "1a01411a0142", "comes twice" },
        { "lf1", "", "no message, or one of a kind that is not known here" },
        { "lf1", "9a01009a0100", "comes twice" },
        { "lf1", "9a0100920100", "a second message" },
        { "lf1", "28" + "82804" + "0" + "9a0100", "field 5: 1048578 is not in 0..1048577" },
        { "lf1", "9a0102" + "0880", "malformed" },
        { "lf1", "9a0110" + "0801", "malformed" },
        { "lf1", "82010228" + "04", "TranslateCall, field 5: 4 is not in 0..3" },
        { "lf1", "8201041880800" + "4", "TranslateCall, field 3: 65536 is not in 0..65535" },
        { "lf1", "92010b38" + "ffffffffffffffffff01", "DmaAccess, field 7: -1 is not in 0..2147483647" },
        { "lf1", "92010240" + "02", "DmaAccess, field 8: 2 is not in 0..1" },
        { "lf1", "a20100", "a doorbell without a segment" },
        { "lf1", "a201021a00", "DmaSegment, field 2: 0 is not in 1..2147483647" },
        { "lf1", "ca01023003", "MmioAccess, field 6: 3 is not in 0..2" },
        { "lf1", "f20100", "QueryReply, field 4: the scope is missing" },
        { "lf1", "b202021020", "InvReq, field 2: 32 is not in 0..31" },
        { "lf1", "32023810" + "9a0100", "SlotImage, field 7: 16 is not in 0..15" },
        { "lf1", "3203588002" + "9a0100", "SlotImage, field 11: 256 is not in 0..255" },
        { "ve1", "0a01721a016e", "the figures are missing" },
        { "ve1", "2203520180", "truncated" },
        { "dr1", "0a017212016e2a0170" + "50e907", "DefineRun, field 10: 1001 is not in 0..1000" },
    };

    public static TheoryData<string, object> Unwritable => new()
    {
        { "-2 is not in -1..1048576", Frame(new DmaDone(new(-2), 0)) },
        { "1048577 is not in -1..1048576", Frame(Done) with { To = new(WireLimits.Node + 1) } },
        { "4 is not in 0..3", Frame(new TranslateCall(From, 0, default, default, (Permission)4)) },
        { "3 is not in 0..2", Frame(new MmioDone(From, 0, (Purpose)3)) },
        { "7 is not in 0..6", Frame(new AttachReply(From, (AttachStep)7, 0, 0)) },
        { "3 is not in 0..2", Frame(new Crash(From, 0, (CrashScope)3)) },
        { "5 is not in 0..4", Frame(new DevicePresence(From, From, (DeviceStep)5, 0)) },
        { "-1 is not in 0..2147483647", Frame(new CopyReply(From, 0, 0, -1)) },
        { "32 is not in 0..31", Frame(new InvReq(From, 32, default, 0)) },
        { "a doorbell without a segment", Frame(new Doorbell(From, 1, [], 1)) },
        { "a doorbell without a segment", Frame(new Doorbell(From, 1, default, 1)) },
        { "0 is not in 1..2147483647", Frame(new Doorbell(From, 1, [default], 1)) },
        { "65537 elements, at most 65536 fit", Frame(new Doorbell(From, 1, [.. Enumerable.Repeat(Segment, 65_537)], 1)) },
        { "129 elements, at most 128 fit", Frame(Done) with { Slots = [.. Enumerable.Repeat(default(SlotImage), 129)] } },
        { "1025 elements, at most 1024 fit", Frame(Done) with { Clock = [.. Enumerable.Repeat(default(ClockEntry), 1025)] } },
        { "-1 is not in 0..2147483647", Frame(Done) with { Clock = [new(-1, 0)] } },
        { "16 is not in 0..15", Frame(Done) with { Slots = [new(0, Ioreq.MmioRead(0, 8) with { State = (IoreqState)16 })] } },
        { "there is no message", Frame(null!) },
        { "a name is empty", new EndRun("") },
        { "a name is empty", new StartVm(null!, 1) },
        { "257 bytes of text, at most 256 fit", new EndRun(new string('n', 257)) },
        { "258 bytes of text, at most 256 fit", new EndRun(new string('я', 129)) },
        { "half a surrogate pair at 1 is no text", new EndRun("a\ud83e") },
        { "there is no text", new CloseSession(1, 1, null!) },
        { "4097 bytes of text, at most 4096 fit", new CloseSession(1, 1, new string('r', 4097)) },
        { "4097 bytes of text, at most 4096 fit", new RunDefined("r", "n", new string('r', 4097)) },
        { "131073 bytes of text, at most 131072 fit", Run() with { Scenario = new string('s', 131_073) } },
        { "1001 elements, at most 1000 fit", Run() with { Settings = [.. Enumerable.Repeat("", 1001)] } },
        { "there is no text", Run() with { Settings = [null!] } },
        { "-1 is not in 0..1000", Run() with { LossPerMille = -1 } },
        { "1001 is not in 0..1000", Run() with { DuplicatePerMille = 1001 } },
        { "-1 is not in 0..2147483647", Run() with { Vms = -1 } },
        { "there are no figures", new VmEnded("r", 1, "n", null!, null) },
        { "1001 elements, at most 1000 fit", new VmEnded("r", 1, "n", Figures() with { Details = [.. new string[1001]] }, null) },
        { "1001 elements, at most 1000 fit", new VmEnded("r", 1, "n", Figures() with { Violations = [.. new long[1001]] }, null) },
        { "65537 elements, at most 65536 fit", new VmEnded("r", 1, "n", Figures() with { DmaNs = [.. new byte[65_537]] }, null) },
        { "at most 262144 fit", Run() with { Settings = [.. Enumerable.Repeat(new string('v', 4096), 65)] } },
        { "has no manifest, it travels in a LinkFrame", Done },
        { "System.String has no manifest", "text" },
        { "VmFigures has no manifest", Figures() },
        { "has no codec", Frame(new Stranger(From)) },
    };

    [Theory, MemberData(nameof(Unreadable))]
    public void Bytes_that_are_no_message_are_refused_with_what_is_wrong(string manifest, string hex, string problem)
    {
        var refusal = Assert.Throws<WireFormatException>(() => WireFormat.Decode(manifest, Convert.FromHexString(hex)));
        Assert.StartsWith($"\"{manifest}\": ", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(problem, refusal.Message, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(manifest, refusal.Manifest);
        // The reader is used again, and has nothing of it left.
        Assert.All(GoldenSamples.Cluster, message =>
            Assert.Equal(message, WireFormat.Decode(WireFormat.ManifestOf(message), WireFormat.Encode(message)), Same.Comparer));
    }

    [Theory, MemberData(nameof(Unwritable))]
#pragma warning disable xUnit1045 // shown by its text, which is enough
    public void A_value_out_of_its_bounds_is_refused_at_the_sender(string problem, object message)
#pragma warning restore xUnit1045
    {
        var refusal = Assert.Throws<WireFormatException>(() => WireFormat.Encode(message));
        Assert.Contains(problem, refusal.Message, StringComparison.Ordinal);
        Assert.Equal("0803100218e807", Convert.ToHexStringLower(WireFormat.Encode(new LinkAck(3, 2, 1000))));
    }

    [Fact]
    public void More_elements_than_fit_are_refused_before_they_are_kept()
    {
        Refused("lf1", "more than 128 elements", Repeated([0x32, 0x00], 129));
        Refused("lc1", "more than 128 elements", Repeated([0x12, 0x00], 129));
        Refused("lf1", "more than 1024 elements", Repeated([0x3a, 0x00], 1025));
        Refused("dr1", "more than 1000 elements", Repeated([0x22, 0x00], 1001));
        var segments = Repeated([0x1a, 0x02, 0x10, 0x01], 65_530);
        Refused("lf1", "at most 262144 are read", Part(20, Repeated([0x1a, 0x02, 0x10, 0x01], 65_537)));
        Assert.Equal(65_530, ((Doorbell)((LinkFrame)WireFormat.Decode("lf1", Part(20, segments))).Message).Segments.Length);
        Refused("ve1", "more than 1000 elements", Part(4, Part(10, new byte[1001])));
        Refused("ve1", "more than 1000 elements", Part(4, Part(10, new byte[200_000])));
        Refused("ve1", "more than 1000 elements", Part(4, Repeated([0x5a, 0x00], 1001)));
    }

    [Fact]
    public void A_cargo_of_more_frames_than_fit_is_refused_on_both_sides()
    {
        var part = new CargoPart(1, 2, [.. Enumerable.Repeat(Frame(Done), WireLimits.Frames)]);
        Assert.Equal(WireLimits.CargoFrames, 2 * WireLimits.Frames);
        var full = WireFormat.Encode(new LinkCargo(1, [part, part]));
        Assert.IsType<LinkCargo>(WireFormat.Decode("lc1", full));
        Assert.Throws<WireFormatException>(() => WireFormat.Encode(new LinkCargo(1, [part, part, new CargoPart(1, 2, [Frame(Done)])])));
        // Behind the number, which must not come twice: two parts, and one more.
        Refused("lc1", "more than 128 frames", [.. full, .. WireFormat.Encode(new LinkCargo(0, [new CargoPart(1, 2, [Frame(Done)])]))]);
    }

    [Fact]
    public void Text_and_messages_that_are_too_long_are_refused()
    {
        Refused("er1", "257 bytes of text, at most 256 fit", Part(1, new byte[257]));
        Refused("cs1", "4097 bytes of text, at most 4096 fit", Part(3, new byte[4097]));
        Refused("dr1", "131073 bytes of text, at most 131072 fit", Part(3, new byte[131_073]));
        Refused("ve1", "65537 bytes, at most 65536 fit", Part(4, Part(12, new byte[65_537])));
        Refused("la1", "262145 bytes, at most 262144 are read", new byte[262_145]);
        Assert.Equal(new LinkAck(0, 0, 0), WireFormat.Decode("la1", Part(15, new byte[262_140 - 4])));
    }

    [Fact]
    public void Groups_may_be_nested_but_not_for_ever()
    {
        Assert.Equal(new LinkAck(0, 0, 0), WireFormat.Decode("la1", [.. Repeated([0x7b], 16), .. Repeated([0x7c], 16)]));
        Refused("la1", "groups are nested too deep", Repeated([0x7b], 17));
        Refused("la1", "groups are nested too deep", Repeated([0x7b], 200_000));
    }

    /// <summary>To Xen states 4–15 and unknown types mean something: the domain is crashed. The link must not be first.</summary>
    [Fact]
    public void A_slot_that_means_nothing_crosses()
    {
        var request = Ioreq.MmioWrite(1, 2, 3) with { State = (IoreqState)15, Type = (IoreqType)200 };
        var frame = Frame(Done) with { Slots = [new(0, request)] };
        Assert.Equal(frame, WireFormat.Decode("lf1", WireFormat.Encode(frame)));
    }

    private static LinkFrame Frame(Message message) => new(1, 1, 1, 0, From, message, [], []);

    private static DefineRun Run() => new("r", "n", "", [], "p", 0, 1, false, false, 0, 0);

    private static VmFigures Figures() => new(0, 0, 0, 0, 0, 0, 0, 0, 0, [], [], [], []);

    private static void Refused(string manifest, string problem, byte[] bytes) => Assert.Contains(
        problem, Assert.Throws<WireFormatException>(() => WireFormat.Decode(manifest, bytes)).Message, StringComparison.Ordinal);

    private static byte[] Repeated(byte[] unit, int times) => [.. Enumerable.Repeat(unit, times).SelectMany(bytes => bytes)];

    private static byte[] Part(int field, byte[] content)
    {
        using var memory = new MemoryStream();
        using var output = new CodedOutputStream(memory, leaveOpen: true);
        output.WriteTag(field, Google.Protobuf.WireFormat.WireType.LengthDelimited);
        output.WriteBytes(ByteString.CopyFrom(content));
        output.Flush();
        return memory.ToArray();
    }

    private sealed record Stranger(NodeId From) : Message(From)
    {
        public override Protocols.Messages.Wire Wire => default;
    }
}
