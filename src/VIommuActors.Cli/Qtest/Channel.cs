using System.Net.Sockets;
using System.Runtime.InteropServices;
using VIommuActors.Qtest;
using VIommuActors.Qtest.CommandLine;
using VIommuActors.Qtest.Protocol;

namespace VIommuActors.Cli.Qtest;

/// <summary>An endpoint with its client, if there is one now.</summary>
internal sealed class Channel(Endpoint endpoint) : IDisposable
{
    private Socket? _listener, _peer;
    private Stream? _input, _output;
    private Func<ReplySink, IProtocolSession>? _createSession;
    private IProtocolSession? _session;

    /// <summary>The endpoint.</summary>
    public Endpoint Endpoint { get; } = endpoint;

    /// <summary>What to wait for: the client, or one that may come; -1 when nobody will.</summary>
    public int Descriptor => _peer is not null ? (int)_peer.Handle : _input is not null ? 0 : _listener is not null ? (int)_listener.Handle : -1;

    /// <summary>Connects, or listens and, if the endpoint says so, waits for a client.</summary>
    /// <param name="tell">Takes a sentence for the user.</param>
    /// <exception cref="CommandLineException">It cannot be reached.</exception>
    public void Open(Action<string> tell)
    {
        if (Endpoint.Transport == Transport.Stdio)
        {
            (_input, _output) = (Console.OpenStandardInput(), Console.OpenStandardOutput());
            return;
        }
        var address = new UnixDomainSocketEndPoint(Endpoint.Path);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            if (Endpoint.Transport == Transport.Connect)
            {
                socket.Connect(address);
                Take(socket);
                return;
            }
            RemoveLeftover(Endpoint.Path);
            socket.Bind(address);
            socket.Listen(1);
            _listener = socket;
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw Error(Endpoint.Transport == Transport.Connect ? "connect" : "bind", e);
        }
        if (!Endpoint.Waits) return;
        tell($"info: QEMU waiting for connection on: disconnected:unix:{Endpoint.Path},server=on");
        Take(_listener.Accept());
    }

    /// <summary>Talks to the client that there is, and to each that comes.</summary>
    public void Start(Func<ReplySink, IProtocolSession> createSession)
    {
        _createSession = createSession;
        if (_output is not null) Begin();
    }

    /// <summary>Reads what is there: a client that comes, what it says, or that it has gone.</summary>
    public void OnReadable(byte[] buffer)
    {
        try
        {
            if (_input is null)
            {
                Take(_listener!.Accept());
                Begin();
                return;
            }
            var length = _input.Read(buffer);
            if (length == 0) Drop();
            else _session!.Feed(buffer.AsSpan(0, length));
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            Drop();
        }
    }

    /// <summary>Sends what came up meanwhile.</summary>
    public void Flush()
    {
        try
        {
            _session?.Flush();
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            Drop();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Drop();
        if (_listener is null) return;
        _listener.Dispose();
        RemoveLeftover(Endpoint.Path);
    }

    private void Take(Socket peer)
    {
        _peer = peer;
        _input = _output = new NetworkStream(peer, ownsSocket: true);
    }

    private void Begin()
    {
        var output = _output!;
        // A client may hang up between its request and the reply: that is noticed by the next read.
        _session = _createSession!(bytes =>
        {
            try
            {
                output.Write(bytes);
                output.Flush();
            }
            catch (IOException)
            {
            }
        });
    }

    private void Drop()
    {
        _session?.Dispose();
        _input?.Dispose();
        if (!ReferenceEquals(_input, _output)) _output?.Dispose();
        (_session, _peer, _input, _output) = (null, null, null, null);
    }

    // A socket that an earlier process left behind; what holds data is not ours to remove.
    private static void RemoveLeftover(string path)
    {
        if (path[0] != '\0' && File.Exists(path) && new FileInfo(path).Length == 0) File.Delete(path);
    }

    private CommandLineException Error(string what, SocketException e)
    {
        var reason = $"Failed to {what} to '{Endpoint.Path}': {Marshal.GetPInvokeErrorMessage(e.NativeErrorCode)}";
        return new(Endpoint.Option.StartsWith("-qtest ", StringComparison.Ordinal)
            ? $"{reason}\nqemu-system-x86_64: Failed to initialize device for qtest: \"{Endpoint.Option["-qtest ".Length..]}\""
            : $"{Endpoint.Option}: {reason}");
    }
}
