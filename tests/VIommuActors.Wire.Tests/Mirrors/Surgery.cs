using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace VIommuActors.Wire.Tests.Mirrors;

/// <summary>Cuts messages up as bytes, at every level, with what the schema says about them.</summary>
internal static class Surgery
{
    private static readonly int[] Unused = [14, 15, 63, 64, 536_870_911];

    /// <summary>
    /// The message as a later version could write it: more fields, of every wire type, in front of and behind the known ones, in every
    /// part.
    /// </summary>
    public static byte[] WithUnknownFields(byte[] bytes, MessageDescriptor descriptor) =>
        Rebuilt(descriptor, Fields(bytes, descriptor), Grow, AddUnknown);

    /// <summary>The message without one of its fields, for each field in each part.</summary>
    public static IEnumerable<(string Path, byte[] Bytes)> WithoutOneField(byte[] bytes, MessageDescriptor descriptor)
    {
        var fields = Fields(bytes, descriptor).ToList();
        for (var i = 0; i < fields.Count; i++)
        {
            var (tag, content) = fields[i];
            var field = descriptor.FindFieldByNumber((int)(tag >> 3))!;
            var others = fields.Where((_, at) => at != i);
            yield return ($"{descriptor.Name}.{field.Name}", Rebuilt(descriptor, others, (_, part) => part, _ => { }));
            if (field.FieldType != FieldType.Message) continue;
            foreach (var (path, part) in WithoutOneField(content, field.MessageType))
            {
                var changed = fields.ToList();
                changed[i] = (tag, part);
                yield return (path, Rebuilt(descriptor, changed, (_, same) => same, _ => { }));
            }
        }
    }

    private static byte[] Grow(MessageDescriptor descriptor, byte[] part) => WithUnknownFields(part, descriptor);

    private static byte[] Rebuilt(
        MessageDescriptor descriptor,
        IEnumerable<(uint Tag, byte[] Content)> fields,
        Func<MessageDescriptor, byte[], byte[]> ofPart,
        Action<CodedOutputStream> around)
    {
        using var memory = new MemoryStream();
        using var output = new CodedOutputStream(memory, leaveOpen: true);
        around(output);
        foreach (var (tag, content) in fields)
        {
            output.WriteTag(tag);
            if ((tag & 7) == (uint)Google.Protobuf.WireFormat.WireType.Varint) output.WriteUInt64(BitConverter.ToUInt64(content));
            else if (descriptor.FindFieldByNumber((int)(tag >> 3)) is { FieldType: FieldType.Message } field)
                output.WriteBytes(ByteString.CopyFrom(ofPart(field.MessageType, content)));
            else output.WriteBytes(ByteString.CopyFrom(content));
        }

        around(output);
        output.Flush();
        return memory.ToArray();
    }

    /// <summary>Our schema has varints and what has a length, nothing else.</summary>
    private static IEnumerable<(uint Tag, byte[] Content)> Fields(byte[] bytes, MessageDescriptor descriptor)
    {
        var input = new CodedInputStream(bytes);
        while (input.ReadTag() is var tag and not 0)
        {
            if (descriptor.FindFieldByNumber((int)(tag >> 3)) is null) throw new InvalidOperationException($"{descriptor.Name}: {tag}");
            yield return (tag, (tag & 7) == 0 ? BitConverter.GetBytes(input.ReadUInt64()) : input.ReadBytes().ToByteArray());
        }
    }

    private static void AddUnknown(CodedOutputStream output)
    {
        foreach (var field in Unused)
        {
            output.WriteTag(field, Google.Protobuf.WireFormat.WireType.Varint);
            output.WriteUInt64(ulong.MaxValue);
            output.WriteTag(field, Google.Protobuf.WireFormat.WireType.Fixed64);
            output.WriteFixed64(1);
            output.WriteTag(field, Google.Protobuf.WireFormat.WireType.Fixed32);
            output.WriteFixed32(1);
            output.WriteTag(field, Google.Protobuf.WireFormat.WireType.LengthDelimited);
            output.WriteBytes(ByteString.CopyFrom(0xff, 0, 0x0a));
            output.WriteTag(field, Google.Protobuf.WireFormat.WireType.StartGroup);
            output.WriteTag(1, Google.Protobuf.WireFormat.WireType.StartGroup);
            output.WriteTag(1, Google.Protobuf.WireFormat.WireType.Varint);
            output.WriteUInt64(7);
            output.WriteTag(1, Google.Protobuf.WireFormat.WireType.EndGroup);
            output.WriteTag(field, Google.Protobuf.WireFormat.WireType.EndGroup);
        }
    }
}
