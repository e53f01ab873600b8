namespace VIommuActors.Q35.Board;

/// <summary>The inputs of the I/O APIC: who drives them, and who is told.</summary>
internal sealed class Pins
{
    /// <summary>Inputs of the I/O APIC.</summary>
    public const int Count = 24;

    private readonly bool[] _told = new bool[Count];

    /// <summary>True when changes are told.</summary>
    public bool Intercepted { get; set; }

    /// <summary>Told of changes while intercepted.</summary>
    public Action<int, bool>? Changed { get; set; }

    /// <summary>Drives an input. Told only where it differs from what was told last: so a level from before the interception is news.</summary>
    public void Drive(int pin, bool level)
    {
        if (!Intercepted || _told[pin] == level) return;
        _told[pin] = level;
        Changed?.Invoke(pin, level);
    }
}
