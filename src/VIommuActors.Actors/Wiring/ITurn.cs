using System.Diagnostics.CodeAnalysis;
using VIommuActors.Protocols.Messages;

namespace VIommuActors.Actors.Wiring;

/// <summary>
/// A mailbox that gives its party more than one message in one turn. Between two messages Akka looks for system messages and sets up
/// what a party has no use for (sender, receive timeout); with a turn it does so once for several.
/// Sender and current message are those of the turn's first one; an order to stop or to suspend waits for the turn's end.
/// </summary>
public interface ITurn
{
    /// <summary>The next message of this turn; false: the turn is over, or what comes next is none of a party's.</summary>
    bool TryNext([NotNullWhen(true)] out Message? message);
}
