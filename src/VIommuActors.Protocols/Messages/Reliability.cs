namespace VIommuActors.Protocols.Messages;

/// <summary>
/// A synchronous call or its return on one host: a trap, a hypercall that the caller waits for, an access to memory. It may take long,
/// but it cannot be lost or come twice without the whole host failing, so fault rules may only delay it.
/// </summary>
public interface ISynchronous;

/// <summary>Bookkeeping of the machine itself, and timers: no wire that a fault rule could name.</summary>
public interface IInternal;
