using Akka.Actor;

namespace VIommuActors.Wire;

/// <summary>What one actor system's serializers refused. Safe on any thread.</summary>
public sealed class WireCounters : IExtension
{
    /// <summary>Where manifests are counted that are none of ours: whoever invents them cannot make the table grow.</summary>
    public const string Unknown = "unknown";

    /// <summary>Where messages are counted that came as JSON (<see cref="JsonRefusal"/>).</summary>
    public const string Json = "json";

    private static readonly string[] Classes = [.. WireFormat.Manifests, Unknown, Json];
    private readonly long[] _unreadable = new long[Classes.Length];
    private long _unwritable;

    /// <summary>Messages that came and were none, of all classes.</summary>
    public long Unreadable => Classes.Sum(UnreadableOf);

    /// <summary>Messages of our own that could not be written.</summary>
    public long Unwritable => Interlocked.Read(ref _unwritable);

    /// <summary>The counters of an actor system; made when first asked for.</summary>
    public static WireCounters Of(ActorSystem system) => system.WithExtension<WireCounters, Provider>();

    /// <summary>Messages that came with this manifest and were none.</summary>
    /// <param name="manifest">A manifest of ours, <see cref="Unknown"/> or <see cref="Json"/>; whatever else is counted as unknown.</param>
    public long UnreadableOf(string manifest) => Interlocked.Read(ref _unreadable[IndexOf(manifest)]);

    /// <summary>Every class with what it counts, in a fixed order.</summary>
    public IReadOnlyList<(string Manifest, long Unreadable)> All() => [.. Classes.Select(name => (name, UnreadableOf(name)))];

    /// <summary>Counts one that came.</summary>
    internal void AddUnreadable(string manifest) => Interlocked.Increment(ref _unreadable[IndexOf(manifest)]);

    /// <summary>Counts one that cannot go.</summary>
    internal void AddUnwritable() => Interlocked.Increment(ref _unwritable);

    private static int IndexOf(string manifest)
    {
        var index = Array.IndexOf(Classes, manifest);
        return index >= 0 ? index : Array.IndexOf(Classes, Unknown);
    }

    private sealed class Provider : ExtensionIdProvider<WireCounters>
    {
        public override WireCounters CreateExtension(ExtendedActorSystem system) => new();
    }
}
