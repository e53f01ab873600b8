using Akka.Actor;
using Akka.Configuration;
using Akka.Serialization;

namespace VIommuActors.Wire;

/// <summary>
/// Stands where Akka has its JSON serializer, which is what it takes for classes without a binding, and which makes of incoming bytes
/// any class they name. Writes and reads nothing.
/// </summary>
public sealed class JsonRefusal : SerializerWithStringManifest
{
    private readonly WireCounters _counters;

    /// <summary>Called by Akka, with the settings that it has for what stood here.</summary>
#pragma warning disable IDE0060 // a serializer named json is not made without them
    public JsonRefusal(ExtendedActorSystem system, Config settings)
#pragma warning restore IDE0060
        : base(system) => _counters = WireCounters.Of(system);

    /// <summary>The JSON serializer's, so that what a stranger sends with it ends here.</summary>
    public override int Identifier => 1;

    /// <summary>Writes nothing.</summary>
    /// <exception cref="WireFormatException">Always.</exception>
    public override byte[] ToBinary(object obj)
    {
        _counters.AddUnwritable();
        throw Refused(obj);
    }

    /// <summary>Reads nothing.</summary>
    /// <exception cref="WireFormatException">Always.</exception>
    public override object FromBinary(byte[] bytes, string manifest)
    {
        _counters.AddUnreadable(WireCounters.Json);
        throw new WireFormatException(WireCounters.Json, "JSON is not read");
    }

    /// <summary>Has none.</summary>
    /// <exception cref="WireFormatException">Always.</exception>
    public override string Manifest(object o) => throw Refused(o);

    private static WireFormatException Refused(object message) =>
        new(WireCounters.Json, $"{message.GetType()} has no binding, and JSON is not written");
}
