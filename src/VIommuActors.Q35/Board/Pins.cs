namespace VIommuActors.Q35.Board;

/// <summary>The inputs of the I/O APIC, which someone may have put himself before.</summary>
internal sealed class Pins(IoApic apic)
{
    private readonly bool[] _told = new bool[IoApic.Inputs];

    /// <summary>True when changes are told, and no longer reach the I/O APIC.</summary>
    public bool Intercepted { get; set; }

    /// <summary>Told of changes while intercepted.</summary>
    public Action<int, bool>? Changed { get; set; }

    /// <summary>Drives an input. Told only where it differs from what was told last: so a level from before the interception is news.</summary>
    public void Drive(int pin, bool level)
    {
        if (!Intercepted)
        {
            apic.Set(pin, level);
            return;
        }
        if (_told[pin] == level) return;
        _told[pin] = level;
        Changed?.Invoke(pin, level);
    }
}
