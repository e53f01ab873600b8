using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace VIommuActors.Cli.Tests;

/// <summary>The tool as a process of its own, started as libqtest starts QEMU: the client listens on two sockets, the tool connects to both.</summary>
internal sealed class QtestProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(50);

    private readonly TestFolder _folder = new();
    private readonly Process _process;
    private readonly StreamReader _test, _monitor;
    private readonly NetworkStream _testStream, _monitorStream;

    public QtestProcess(params string[] options)
    {
        using var test = Listen("qtest.sock");
        using var monitor = Listen("qtest.qmp");
        _process = Start(
        [
            "-qtest", $"unix:{_folder["qtest.sock"]}", "-qtest-log", "/dev/null", "-chardev", $"socket,path={_folder["qtest.qmp"]},id=char0",
            "-mon", "chardev=char0,mode=control", "-display", "none", "-audio", "none", .. options, "-accel", "qtest",
        ]);
        _testStream = Accept(test);
        _monitorStream = Accept(monitor);
        (_test, _monitor) = (new StreamReader(_testStream), new StreamReader(_monitorStream));
    }

    /// <summary>Sends a line and takes one.</summary>
    public string? Ask(string line)
    {
        _testStream.Write(Encoding.ASCII.GetBytes(line + "\n"));
        return _test.ReadLine();
    }

    /// <summary>Sends a request to the monitor.</summary>
    public void Request(string json) => _monitorStream.Write(Encoding.ASCII.GetBytes(json));

    /// <summary>Takes a line from the monitor.</summary>
    public string? Monitor() => _monitor.ReadLine();

    /// <summary>The client of the test protocol hangs up.</summary>
    public void HangUp() => _testStream.Dispose();

    /// <summary>Sends a signal by name.</summary>
    public void Signal(string name)
    {
        using var kill = Process.Start("kill", ["-s", name, _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    /// <summary>Waits for the end; the code, and how long it took.</summary>
    public (int Code, TimeSpan Took) End()
    {
        var watch = Stopwatch.StartNew();
        Assert.True(_process.WaitForExit(Patience));
        return (_process.ExitCode, watch.Elapsed);
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
        _test.Dispose();
        _monitor.Dispose();
        _folder.Dispose();
    }

    /// <summary>Starts the tool; standard streams are the test's.</summary>
    public static Process Start(string[] options)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [typeof(ViommuTool).Assembly.Location, "qtest", .. options])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return Process.Start(start)!;
    }

    private Socket Listen(string name)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(_folder[name]));
        socket.Listen(1);
        return socket;
    }

    private NetworkStream Accept(Socket listener)
    {
        if (listener.Poll(Patience, SelectMode.SelectRead)) return new NetworkStream(listener.Accept(), ownsSocket: true);
        _process.Kill();
        throw new TimeoutException($"The tool did not connect: {_process.StandardError.ReadToEnd()}");
    }
}
