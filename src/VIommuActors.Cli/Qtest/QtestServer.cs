using System.IO.Pipes;
using VIommuActors.Q35;
using VIommuActors.Qtest;
using VIommuActors.Qtest.CommandLine;
using VIommuActors.Qtest.Protocol;
using VIommuActors.Qtest.Qmp;

namespace VIommuActors.Cli.Qtest;

/// <summary>
/// The machine and its clients in one thread: the simulation behind the machine belongs to the thread that made it, and so every request,
/// whichever client it comes from, is carried out there, one after the other.
/// </summary>
/// <param name="command">What the command line asks for.</param>
/// <param name="create">Makes the machine.</param>
/// <param name="clock">Wall clock for the time stamps of events.</param>
/// <param name="tell">Takes sentences for the user.</param>
internal sealed class QtestServer(QemuCommandLine command, Func<PlatformOptions, IPlatform> create, TimeProvider clock, Action<string> tell)
    : IDisposable
{
    private readonly AnonymousPipeServerStream _stop = new(PipeDirection.Out);
    private readonly byte[] _buffer = new byte[64 << 10];

    /// <summary>Serves until <see cref="Stop"/> or the monitor's <c>quit</c>.</summary>
    /// <exception cref="CommandLineException">A client cannot be reached, or the machine cannot be built.</exception>
    public void Run()
    {
        using var stop = new AnonymousPipeClientStream(PipeDirection.In, _stop.ClientSafePipeHandle);
        using var log = command.QtestLog is { } path ? new QtestLog(path, clock) : null;
        var channels = command.Endpoints
            .Select(endpoint => new Channel(endpoint, endpoint.Kind == EndpointKind.Qtest ? log : null)).ToArray();
        try
        {
            // QEMU's order: monitors first, the test client when the machine stands.
            foreach (var channel in channels.Where(channel => channel.Endpoint.Kind == EndpointKind.Monitor)) channel.Open(tell);
            var platform = CreatePlatform();
            var machine = new MonitoredMachine(platform, command.Release, clock, command.StartsPaused);
            foreach (var channel in channels.Where(channel => channel.Endpoint.Kind == EndpointKind.Qtest)) channel.Open(tell);
            foreach (var channel in channels)
            {
                channel.Start(channel.Endpoint.Kind == EndpointKind.Monitor
                    ? sink => new QmpSession(machine, sink)
                    : sink => new QtestSession(platform, sink, command.Clock));
            }
            var pace = new Pace(command.Clock, platform, clock, () => machine.IsRunning);
            Serve(channels, machine, pace, (int)stop.SafePipeHandle.DangerousGetHandle());
            (platform as IDisposable)?.Dispose();
        }
        finally
        {
            foreach (var channel in channels) channel.Dispose();
        }
    }

    /// <summary>Ends <see cref="Run"/> as soon as the request at hand is done. From any thread.</summary>
    public void Stop() => _stop.WriteByte(0);

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    private IPlatform CreatePlatform()
    {
        if (command.Platform is null) return new NoMachine();
        try
        {
            return create(command.Platform);
        }
        catch (PlatformOptionsException e)
        {
            throw new CommandLineException(e.Message);
        }
    }

    private void Serve(Channel[] channels, MonitoredMachine machine, Pace pace, int stop)
    {
        var ready = new ReadyDescriptors(channels.Length + 1);
        ready.Set(channels.Length, stop);
        while (!machine.HasEnded)
        {
            for (var i = 0; i < channels.Length; i++) ready.Set(i, channels[i].Descriptor);
            ready.Wait(pace.WaitMs);
            pace.Catch();
            if (ready.IsReady(channels.Length))
            {
                machine.Terminate();
                return;
            }
            for (var i = 0; i < channels.Length && !machine.HasEnded; i++)
            {
                if (!ready.IsReady(i)) continue;
                channels[i].OnReadable(_buffer);
                pace.Settle();
            }
            // A request of one client, or a timer, may move pins that another one watches.
            foreach (var channel in channels) channel.Flush();
        }
    }
}
