namespace VIommuActors.Guest.Cpu;

/// <summary>Opens once; whoever comes before waits.</summary>
public sealed class Gate
{
    private readonly List<IGuestCpu> _waiters = [];
    private bool _open;

    /// <summary>Passes at once when open.</summary>
    public async GuestCode Pass(IGuestCpu cpu)
    {
        lock (_waiters)
        {
            if (_open) return;
            _waiters.Add(cpu);
        }
        while (true)
        {
            await cpu.Block();
            lock (_waiters)
            {
                if (_open) return;
            }
        }
    }

    /// <summary>Lets everybody pass.</summary>
    public void Open()
    {
        lock (_waiters)
        {
            _open = true;
            foreach (var waiter in _waiters) waiter.Unblock();
            _waiters.Clear();
        }
    }
}
