using VIommuActors.Protocols.Messages;

namespace VIommuActors.Machine;

/// <summary>One party of the machine: a plain object that handles a message and sends. An actor hosts it and adds nothing to it.</summary>
public interface IParty
{
    /// <summary>Handles one message.</summary>
    /// <exception cref="UnhandledMessageException">The message is not part of any conversation of this party.</exception>
    void Receive(Message message);
}

/// <summary>A message reached a party that has no use for it: a wiring mistake, never a guest's or a device's.</summary>
public sealed class UnhandledMessageException(Message message, string party)
    : InvalidOperationException($"{party} has no use for {message.Name}");
