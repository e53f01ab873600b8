using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Configuration;
using Akka.Serialization;
using VIommuActors.Protocols.Messages;
using VIommuActors.Wire.Messages;
using VIommuActors.Wire.Tests.Samples;

namespace VIommuActors.Wire.Tests;

/// <summary>What Akka does with the binding, in one process.</summary>
public sealed class SerializerTests : IAsyncLifetime
{
    private readonly ActorSystem _system = ActorSystem.Create(
        "serializer", ConfigurationFactory.ParseString(WireSerializer.Hocon + "\nakka { loglevel = OFF, stdout-loglevel = OFF }"));

    private Serialization Serialization => _system.Serialization;

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _system.Terminate();

    [Fact]
    public void Every_message_of_a_process_is_bound_to_this_serializer() => Assert.All(WireFormat.Types, type =>
    {
        var serializer = Assert.IsType<WireSerializer>(Serialization.FindSerializerForType(type));
        Assert.Equal(1729, serializer.Identifier);
    });

    [Fact]
    public void Messages_come_back_by_number_and_manifest() => Assert.All(GoldenSamples.Cluster, message =>
    {
        var serializer = (SerializerWithStringManifest)Serialization.FindSerializerFor(message);
        Assert.Equal(
            message,
            (IClusterMessage)Serialization.Deserialize(serializer.ToBinary(message), serializer.Identifier, serializer.Manifest(message)),
            Same.Comparer);
    });

    /// <summary>Every class of ours that has values: whoever sends one by mistake is told, and nothing goes out as JSON.</summary>
    [Fact]
    public void No_type_of_ours_goes_as_json()
    {
        Type[] one =
        [
            typeof(IClusterMessage), typeof(Message), typeof(Vtd.Iova), typeof(Xen.Events.EventPort), typeof(Trace.ITraced),
            typeof(SerializerTests),
        ];
        var types = one
            .SelectMany(type => type.Assembly.GetTypes())
            .Where(type => !type.IsInterface && !type.ContainsGenericParameters)
            .ToList();
        Assert.True(types.Count > 300);
        foreach (var type in types)
        {
            try
            {
                Assert.IsType<WireSerializer>(Serialization.FindSerializerForType(type));
                Assert.True(type.IsAssignableTo(typeof(IClusterMessage)), type.FullName);
            }
            catch (SerializationException)
            {
                Assert.False(type.IsAssignableTo(typeof(IClusterMessage)), type.FullName);
            }
        }
    }

    /// <summary>The same classes without our settings: the test above sees what it is meant to see.</summary>
    [Fact]
    public async Task Without_the_binding_everything_would_go_as_json()
    {
        var bare = ActorSystem.Create("bare", "akka { loglevel = OFF, stdout-loglevel = OFF }");
        Assert.IsType<NewtonSoftJsonSerializer>(bare.Serialization.FindSerializerForType(typeof(LinkAck)));
        await bare.Terminate();
    }

    [Fact]
    public void Json_is_neither_read_nor_written()
    {
        var json = new JsonRefusal((ExtendedActorSystem)_system, Config.Empty);
        Assert.Throws<WireFormatException>(() => json.ToBinary("text"));
        Assert.Throws<WireFormatException>(() => Serialization.Deserialize("{}"u8.ToArray(), 1, "System.Version, System.Private.CoreLib"));
        Assert.Equal(1, WireCounters.Of(_system).UnreadableOf(WireCounters.Json));
    }

    [Fact]
    public void Refusals_are_counted_by_manifest_and_inventions_under_one()
    {
        var serializer = (WireSerializer)Serialization.FindSerializerForType(typeof(LinkAck));
        var counters = WireCounters.Of(_system);
        Refuse("la1", [0]);
        Refuse("la1", [8]);
        Refuse("lf1", []);
        Refuse("lf2", []);
        Refuse("another", []);
        Refuse(null!, []);
        Assert.Throws<WireFormatException>(() => serializer.ToBinary(new EndRun("")));
        Assert.Throws<WireFormatException>(() => serializer.Manifest(new DmaDone(new(1), 2)));

        string[] classes = ["la1", "lf1", WireCounters.Unknown, "lr1"];
        Assert.Equal([2, 1, 3, 0], classes.Select(counters.UnreadableOf));
        Assert.Equal(6, counters.Unreadable);
        Assert.Equal(2, counters.Unwritable);
        Assert.Equal([.. WireFormat.Manifests, WireCounters.Unknown, WireCounters.Json], counters.All().Select(entry => entry.Manifest));
        Assert.Equal(6, counters.All().Sum(entry => entry.Unreadable));

        void Refuse(string manifest, byte[] bytes) => Assert.Throws<WireFormatException>(() => serializer.FromBinary(bytes, manifest));
    }

    [Fact]
    public void Counters_count_on_many_threads()
    {
        var serializer = (WireSerializer)Serialization.FindSerializerForType(typeof(LinkAck));
        Parallel.For(0, 4000, _ =>
        {
            Assert.Throws<WireFormatException>(() => serializer.FromBinary([0], "la1"));
            foreach (var message in GoldenSamples.Cluster.Take(3))
            {
                var read = serializer.FromBinary(serializer.ToBinary(message), serializer.Manifest(message));
                Assert.Equal(message, (IClusterMessage)read, Same.Comparer);
            }
        });
        Assert.Equal(4000, WireCounters.Of(_system).UnreadableOf("la1"));
    }
}
