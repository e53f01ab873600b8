using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace VIommuActors.Benchmarks.Subjects;

/// <summary>A machine behind a qtest socket, driven as libqtest does: the client listens, the machine connects.</summary>
internal sealed class QtestSubject : IDisposable
{
    private static readonly byte[] ReadRequest = "readl 0xfed9001c\n"u8.ToArray();
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"qtest-bench-{Environment.ProcessId}-{Guid.NewGuid():N}.sock");
    private readonly Process _process;
    private readonly Socket _socket;
    private readonly byte[] _reply = new byte[256];

    /// <summary>Starts a binary that takes QEMU's command line.</summary>
    /// <exception cref="InvalidOperationException">It did not connect in time, or does not answer as a machine would.</exception>
    public QtestSubject(string binary)
    {
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(_path));
        listener.Listen(1);
        _process = Process.Start(new ProcessStartInfo(binary)
        {
            ArgumentList =
            {
                "-machine", "q35", "-m", "512", "-display", "none", "-net", "none", "-S", "-device", "intel-iommu", "-qtest", "unix:" + _path,
                "-qtest-log", "none",
            },
            RedirectStandardError = true,
        })!;
        _socket = listener.Poll(TimeSpan.FromSeconds(50), SelectMode.SelectRead)
            ? listener.Accept()
            : throw new InvalidOperationException($"{binary} did not connect within 50 s");
        var status = Ask();
        if (!status.StartsWith("OK 0x", StringComparison.Ordinal)) throw new InvalidOperationException($"{binary} answers: {status}");
    }

    /// <summary>Reads GSTS that many times, each read after the answer to the one before.</summary>
    /// <returns>Round trips per second of wall clock.</returns>
    public double RoundTrips(int count)
    {
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < count; i++) Ask();
        return count / clock.Elapsed.TotalSeconds;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _socket.Dispose();
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
        File.Delete(_path);
    }

    private string Ask()
    {
        _socket.Send(ReadRequest);
        var have = 0;
        while (have == 0 || _reply[have - 1] != '\n')
        {
            var got = _socket.Receive(_reply.AsSpan(have));
            if (got == 0) throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"closed after {have} bytes"));
            have += got;
        }

        return Encoding.ASCII.GetString(_reply, 0, have);
    }
}
