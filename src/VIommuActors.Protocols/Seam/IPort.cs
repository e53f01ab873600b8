using VIommuActors.Protocols.Messages;

namespace VIommuActors.Protocols.Seam;

/// <summary>What a party may do to the rest of the machine: send. Nothing a core does returns a value from another party.</summary>
public interface IPort
{
    /// <summary>The party itself.</summary>
    NodeId Self { get; }

    /// <summary>Virtual nanoseconds since power on.</summary>
    long NowNs { get; }

    /// <summary>Sends over the wire that the message names.</summary>
    void Send(NodeId to, Message message);

    /// <summary>Sends <paramref name="message"/> to the party itself after <paramref name="delayNs"/> ≥ 0.</summary>
    void After(long delayNs, Message message);
}
