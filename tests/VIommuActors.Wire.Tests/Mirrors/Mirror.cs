using System.Collections;
using System.Globalization;
using System.Reflection;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using VIommuActors.Protocols.Messages;
using VIommuActors.Vtd;
using VIommuActors.Wire.Messages;
using VIommuActors.Xen.Events;
using VIommuActors.Xen.IoRequests;
using Message = VIommuActors.Protocols.Messages.Message;

namespace VIommuActors.Wire.Tests.Mirrors;

/// <summary>
/// The same message as protoc's class has it. Fields find their properties by name, so whatever the codecs have mixed up shows.
/// </summary>
internal static class Mirror
{
    private static readonly Dictionary<string, MessageDescriptor> Descriptors =
        Schema.WireReflection.Descriptor.MessageTypes.ToDictionary(message => message.Name);

    /// <summary>Every message of the schema.</summary>
    public static IEnumerable<MessageDescriptor> All => Descriptors.Values;

    /// <summary>The message of the schema that goes by the name of a class.</summary>
    public static MessageDescriptor DescriptorOf(Type type) => Descriptors[type.Name];

    /// <summary>What a class says: what its constructor takes, and the slot that some inherit.</summary>
    public static IEnumerable<PropertyInfo> Properties(Type type)
    {
        var longest = type.GetConstructors().MaxBy(constructor => constructor.GetParameters().Length)!;
        var names = longest.GetParameters().Select(parameter => parameter.Name!);
        if (type.IsSubclassOf(typeof(Slotted))) names = names.Append(nameof(Slotted.Slot)).Distinct();
        return names.Select(name => type.GetProperty(name)!);
    }

    /// <summary>The names of a class's fields on the wire; a slot's request stands in it field by field.</summary>
    public static IEnumerable<string> Names(Type type) => Properties(type).SelectMany(property =>
        property.PropertyType == typeof(Ioreq) ? Names(typeof(Ioreq)) : [property.Name]);

    /// <summary>Finds names again that protobuf writes in its own way.</summary>
    public static string Plain(string name) => name.Replace("_", "", StringComparison.Ordinal).ToUpperInvariant();

    /// <summary>The message as protoc's class.</summary>
    public static IMessage Of(object message)
    {
        var descriptor = DescriptorOf(message.GetType());
        var mirror = (IMessage)Activator.CreateInstance(descriptor.ClrType)!;
        var values = Values(message);
        foreach (var field in descriptor.Fields.InDeclarationOrder())
        {
            if (field.RealContainingOneof is not null)
            {
                var carried = (Message)values[Plain(field.RealContainingOneof.Name)]!;
                if (field.MessageType.Name == carried.Name) field.Accessor.SetValue(mirror, Of(carried));
                continue;
            }

            var value = values[Plain(field.Name)];
            if (value is null) continue;
            if (!field.IsRepeated)
            {
                field.Accessor.SetValue(mirror, Converted(field, value));
                continue;
            }

            foreach (var element in (IEnumerable)value) ((IList)field.Accessor.GetValue(mirror)).Add(Converted(field, element!));
        }

        return mirror;
    }

    /// <summary>What protoc's class makes of bytes; fields that it does not know are left out.</summary>
    public static IMessage Parse(string manifest, byte[] bytes)
    {
        var type = WireFormat.Types[WireFormat.Manifests.ToList().IndexOf(manifest)];
        return DescriptorOf(type).Parser.WithDiscardUnknownFields(true).ParseFrom(bytes);
    }

    private static Dictionary<string, object?> Values(object message)
    {
        var values = new Dictionary<string, object?>();
        foreach (var property in Properties(message.GetType()))
        {
            var value = property.GetValue(message);
            if (value is not Ioreq request)
            {
                values.Add(Plain(property.Name), value);
                continue;
            }

            foreach (var (name, part) in Values(request)) values.Add(name, part);
        }

        return values;
    }

    private static object Converted(FieldDescriptor field, object value) => field.FieldType switch
    {
        FieldType.Message => Of(value),
        FieldType.Enum => Enum.ToObject(field.EnumType.ClrType, Convert.ToInt32(value, CultureInfo.InvariantCulture)),
        FieldType.Bytes => ByteString.CopyFrom([.. (IEnumerable<byte>)value]),
        FieldType.UInt32 => Convert.ToUInt32(Plainly(value), CultureInfo.InvariantCulture),
        FieldType.UInt64 => Convert.ToUInt64(Plainly(value), CultureInfo.InvariantCulture),
        FieldType.Int32 or FieldType.SInt32 or FieldType.Int64 or FieldType.SInt64 or FieldType.Bool or FieldType.String => value,
        _ => throw new NotSupportedException($"{field.FullName} is {field.FieldType}"),
    };

    private static object Plainly(object value) => value switch
    {
        NodeId node => node.Index + 1,
        Iova iova => iova.Value,
        GuestPhysical physical => physical.Value,
        SourceId source => source.Value,
        DomainId domain => domain.Value,
        EventPort port => port.Value,
        _ => value,
    };
}
