using System.Diagnostics;
using System.Globalization;
using Akka.Actor;
using Akka.Configuration;
using VIommuActors.Cluster.Nodes;

namespace VIommuActors.Benchmarks.Subjects;

/// <summary>
/// Raw Akka.Remote between two processes on loopback: pairs of actors that throw payloads of bytes to each other, under the very
/// configuration of a node but for the cluster.
/// </summary>
internal sealed class RemoteSubject : IDisposable
{
    /// <summary>First word of the other process's command line.</summary>
    public const string Verb = "remote-echo";

    private readonly Process _other;
    private readonly ActorSystem _system;
    private readonly List<IActorRef> _players = [];
    private readonly StrongBox _count = new();

    public RemoteSubject(int pairs, int window, int bytes)
    {
        _other = Process.Start(new ProcessStartInfo("dotnet", [typeof(RemoteSubject).Assembly.Location, Verb])
        {
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        })!;
        string address;
        do
        {
            address = _other.StandardOutput.ReadLine() ?? throw new IOException("the other process ended");
        }
        while (!address.StartsWith("akka.", StringComparison.Ordinal));
        _system = ActorSystem.Create("raw", Settings());
        for (var pair = 0; pair < pairs; pair++)
        {
            var echo = _system.ActorSelection($"{address}/user/echo-{pair.ToString(CultureInfo.InvariantCulture)}")
                .ResolveOne(TimeSpan.FromSeconds(20)).GetAwaiter().GetResult();
            _players.Add(_system.ActorOf(Props.Create(() => new Player(echo, window, bytes, _count))));
        }
    }

    /// <summary>Messages a second in both directions together, over a while.</summary>
    public double Run(TimeSpan window)
    {
        var before = Interlocked.Read(ref _count.Value);
        var watch = Stopwatch.StartNew();
        Thread.Sleep(window);
        // Each that comes back went there, too.
        return 2 * (Interlocked.Read(ref _count.Value) - before) / watch.Elapsed.TotalSeconds;
    }

    public void Dispose()
    {
        _system.Terminate().GetAwaiter().GetResult();
        _other.StandardInput.Close();
        _other.WaitForExit(10_000);
        _other.Kill();
        _other.Dispose();
    }

    /// <summary>The other process.</summary>
    public static int Echo()
    {
        using var system = ActorSystem.Create("raw", Settings());
        for (var pair = 0; pair < 64; pair++)
            system.ActorOf(Props.Create(() => new EchoActor()), $"echo-{pair.ToString(CultureInfo.InvariantCulture)}");
        Console.WriteLine(((ExtendedActorSystem)system).Provider.DefaultAddress);
        Console.In.ReadToEnd();
        return 0;
    }

    private static Config Settings() => ConfigurationFactory.ParseString("akka { actor.provider = remote, loglevel = OFF, loggers = [] }")
        .WithFallback(NodeHocon.For(new NodeSettings { Role = NodeRole.Hypervisor }));

    private sealed class StrongBox
    {
        public long Value;
    }

    private sealed class EchoActor : UntypedActor
    {
        protected override void OnReceive(object message) => Sender.Tell(message, Self);
    }

    private sealed class Player(IActorRef echo, int window, int bytes, StrongBox count) : UntypedActor
    {
        protected override void PreStart()
        {
            for (var i = 0; i < window; i++) echo.Tell(new byte[bytes], Self);
        }

        protected override void OnReceive(object message)
        {
            Interlocked.Increment(ref count.Value);
            echo.Tell(message, Self);
        }
    }
}
