using System.Globalization;
using VIommuActors.Qtest.CommandLine;

namespace VIommuActors.Cli.Qtest;

/// <summary>What <c>-qtest-log</c> asks for: every line of the test protocol, its direction and the seconds since then.</summary>
internal sealed class QtestLog : IDisposable
{
    private readonly FileStream _file;
    private readonly TimeProvider _clock;
    private readonly byte[] _head = new byte[64];
    private bool _receivedWhole = true, _sentWhole = true;
    private long _opened;

    /// <summary>Begins the file anew.</summary>
    /// <exception cref="CommandLineException">It cannot be written.</exception>
    public QtestLog(string path, TimeProvider clock)
    {
        _clock = clock;
        _opened = clock.GetTimestamp();
        try
        {
            _file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new CommandLineException($"-qtest-log {path}: {e.Message}");
        }
    }

    /// <summary>A client has come.</summary>
    public void Opened()
    {
        _opened = _clock.GetTimestamp();
        _file.Write("[I 0.000000] OPENED\n"u8);
    }

    /// <summary>It has gone.</summary>
    public void Closed()
    {
        Head("[I +"u8);
        _file.Write("CLOSED\n"u8);
    }

    /// <summary>It has sent this.</summary>
    public void Received(ReadOnlySpan<byte> bytes) => Write("[R +"u8, bytes, ref _receivedWhole);

    /// <summary>It has been sent this.</summary>
    public void Sent(ReadOnlySpan<byte> bytes) => Write("[S +"u8, bytes, ref _sentWhole);

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private void Write(ReadOnlySpan<byte> sign, ReadOnlySpan<byte> bytes, ref bool whole)
    {
        while (bytes.Length > 0)
        {
            var end = bytes.IndexOf((byte)'\n') is >= 0 and var at ? at + 1 : bytes.Length;
            if (whole) Head(sign);
            _file.Write(bytes[..end]);
            whole = bytes[end - 1] == '\n';
            bytes = bytes[end..];
        }
    }

    private void Head(ReadOnlySpan<byte> sign)
    {
        sign.CopyTo(_head);
        var seconds = _clock.GetElapsedTime(_opened).TotalSeconds;
        seconds.TryFormat(_head.AsSpan(sign.Length), out var length, "0.000000", CultureInfo.InvariantCulture);
        "] "u8.CopyTo(_head.AsSpan(sign.Length + length));
        _file.Write(_head.AsSpan(0, sign.Length + length + 2));
    }
}
