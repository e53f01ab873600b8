using System.Threading.Channels;
using Akka.Actor;
using Akka.Configuration;

namespace VIommuActors.Wire.Tests;

/// <summary>Actor systems on the loopback interface.</summary>
internal static class Remoting
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private const string Loopback = """
        akka {
          loglevel = OFF
          stdout-loglevel = OFF
          actor.provider = remote
          remote.dot-netty.tcp { hostname = "127.0.0.1", port = 0 }
        }
        """;

    /// <summary>A system with remoting, and what the settings say.</summary>
    public static ActorSystem Start(string name, string settings) =>
        ActorSystem.Create(name, ConfigurationFactory.ParseString(settings).WithFallback(ConfigurationFactory.ParseString(Loopback)));

    /// <summary>An actor that hands on what it gets.</summary>
    public static ChannelReader<object> Listen(ActorSystem system)
    {
        var arrived = Channel.CreateUnbounded<object>();
        system.ActorOf(Props.Create(() => new Listener(arrived.Writer)), "listener");
        return arrived.Reader;
    }

    /// <summary>The listener of another system, by its address.</summary>
    public static ActorSelection ListenerOf(ActorSystem from, ActorSystem other) =>
        from.ActorSelection(new RootActorPath(((ExtendedActorSystem)other).Provider.DefaultAddress) / "user" / "listener");

    /// <summary>The next message.</summary>
    public static async Task<object> Next(this ChannelReader<object> arrived)
    {
        using var limit = new CancellationTokenSource(Patience);
        return await arrived.ReadAsync(limit.Token);
    }

    private sealed class Listener(ChannelWriter<object> arrived) : UntypedActor
    {
        protected override void OnReceive(object message) => arrived.TryWrite(message);
    }
}
