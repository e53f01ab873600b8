using System.Collections.Immutable;
using VIommuActors.Q35;
using VIommuActors.Vtd;

namespace VIommuActors.Qtest.CommandLine;

/// <summary>What a command line asks for.</summary>
public sealed record QemuCommandLine
{
    /// <summary>Print the version and end; the rest has not been looked at.</summary>
    public bool WantsVersion { get; init; }

    /// <summary>The machine; null for <c>-machine none</c>.</summary>
    public PlatformOptions? Platform { get; init; }

    /// <summary>The release it passes for.</summary>
    public QemuRelease Release { get; init; }

    /// <summary>True with <c>-S</c>: the monitor says prelaunch until <c>cont</c>.</summary>
    public bool StartsPaused { get; init; }

    /// <summary>Where clients are, monitors first: QEMU connects them in that order.</summary>
    public ImmutableArray<Endpoint> Endpoints { get; init; } = [];

    /// <summary>Sentences for stderr that stop nothing.</summary>
    public ImmutableArray<string> Warnings { get; init; } = [];
}

/// <summary>What is spoken at an endpoint.</summary>
public enum EndpointKind
{
    /// <summary>QEMU's monitor protocol.</summary>
    Monitor,

    /// <summary>QEMU's test protocol.</summary>
    Qtest,
}

/// <summary>How an endpoint is reached.</summary>
public enum Transport
{
    /// <summary>Standard input and output.</summary>
    Stdio,

    /// <summary>A Unix socket that the client listens on.</summary>
    Connect,

    /// <summary>A Unix socket to listen on; clients may come one after the other.</summary>
    Listen,
}

/// <summary>A place where a client is, or comes to.</summary>
/// <param name="Kind">What is spoken there.</param>
/// <param name="Transport">How it is reached.</param>
/// <param name="Path">The socket; empty for standard input and output.</param>
/// <param name="Waits">A listener that holds up the start until somebody has come.</param>
/// <param name="Option">The option it comes from, for errors.</param>
public sealed record Endpoint(EndpointKind Kind, Transport Transport, string Path, bool Waits, string Option);

/// <summary>The command line cannot be carried out. The message has QEMU's form without the program's name.</summary>
public sealed class CommandLineException(string message) : Exception(message);
