namespace VIommuActors.Guest.Cpu;

/// <summary>
/// A spinlock between vCPUs of one guest, first come first served. The holder may sleep in traps; waiters burn no messages.
/// </summary>
public sealed class GuestLock
{
    private readonly Queue<IGuestCpu> _waiters = new();
    private IGuestCpu? _owner;

    /// <summary>Takes the lock, waiting if another vCPU has it.</summary>
    public async GuestCode Acquire(IGuestCpu cpu)
    {
        lock (_waiters)
        {
            if (_owner is null)
            {
                _owner = cpu;
                return;
            }
            _waiters.Enqueue(cpu);
        }
        // Ownership is handed over before the wake-up, so a spurious one must not be taken for it.
        while (true)
        {
            await cpu.Block();
            lock (_waiters)
            {
                if (ReferenceEquals(_owner, cpu)) return;
            }
        }
    }

    /// <summary>Hands the lock to the next waiter.</summary>
    public void Release(IGuestCpu cpu)
    {
        IGuestCpu? next;
        lock (_waiters)
        {
            if (!ReferenceEquals(_owner, cpu)) throw new InvalidOperationException("A vCPU released a lock that it does not hold.");
            _waiters.TryDequeue(out next);
            _owner = next;
        }
        next?.Unblock();
    }
}
