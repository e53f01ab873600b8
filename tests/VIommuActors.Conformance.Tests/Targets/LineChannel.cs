using System.Net.Sockets;
using System.Text;

namespace VIommuActors.Conformance.Tests.Targets;

/// <summary>Lines over a Unix socket that a machine connects to, with a time limit on every wait.</summary>
internal sealed class LineChannel : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly byte[] _bytes = new byte[1 << 16];
    private readonly StringBuilder _line = new();
    private Socket? _peer;
    private int _at, _end;

    public LineChannel(string path)
    {
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        _listener.Listen(1);
    }

    /// <summary>True once the machine has connected; waits at most <paramref name="milliseconds"/>.</summary>
    public bool Accept(int milliseconds)
    {
        if (_peer is not null) return true;
        if (!_listener.Poll(milliseconds * 1000, SelectMode.SelectRead)) return false;
        _peer = _listener.Accept();
        return true;
    }

    /// <summary>Sends text; false when the machine has closed its end.</summary>
    public bool Send(string text)
    {
        try
        {
            _peer!.Send(Encoding.ASCII.GetBytes(text));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>The next line without its end; null when the machine has closed its end.</summary>
    /// <exception cref="TimeoutException">Nothing came in time.</exception>
    public string? Receive(int milliseconds)
    {
        while (true)
        {
            while (_at < _end)
            {
                var c = (char)_bytes[_at++];
                if (c != '\n')
                {
                    _line.Append(c);
                    continue;
                }
                var line = _line.ToString();
                _line.Clear();
                return line.TrimEnd('\r');
            }
            if (!Fill(milliseconds)) return null;
        }
    }

    public void Dispose()
    {
        _peer?.Dispose();
        _listener.Dispose();
    }

    private bool Fill(int milliseconds)
    {
        try
        {
            _peer!.ReceiveTimeout = milliseconds;
            (_at, _end) = (0, _peer.Receive(_bytes));
            return _end > 0;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.TimedOut or SocketError.WouldBlock)
        {
            throw new TimeoutException($"no line within {milliseconds} ms");
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
