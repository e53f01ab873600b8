using System.Runtime.Serialization;

namespace VIommuActors.Wire;

/// <summary>
/// Bytes that are no message, or a message that has no bytes. Akka's remoting logs it, drops the one message and goes on with the
/// next.
/// </summary>
#pragma warning disable CA1032 // without a manifest it would not say enough
public sealed class WireFormatException : SerializationException
#pragma warning restore CA1032
{
    /// <summary>What is wrong with which kind of message.</summary>
    /// <param name="manifest">The manifest it came or was to go with. An unknown one is shown up to 16 characters.</param>
    /// <param name="problem">What is wrong, as a sentence without its full stop.</param>
    /// <param name="inner">What noticed, if not this library.</param>
    public WireFormatException(string manifest, string problem, Exception? inner = null)
        : base($"{Shown(manifest)}: {problem}.", inner)
    {
        Manifest = manifest;
        Problem = problem;
    }

    /// <summary>The manifest.</summary>
    public string Manifest { get; }

    /// <summary>What is wrong.</summary>
    public string Problem { get; }

    private static string Shown(string manifest) => manifest.Length <= 16 ? $"\"{manifest}\"" : $"\"{manifest[..16]}…\"";
}
