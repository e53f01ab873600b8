namespace VIommuActors.Q35;

/// <summary>What became of a wish to intercept pins.</summary>
public enum Interception
{
    /// <summary>They are reported from now on, or were already.</summary>
    Installed,

    /// <summary>There is no device at that path.</summary>
    UnknownDevice,

    /// <summary>Another device's pins are intercepted; one at a time.</summary>
    OtherDevice,

    /// <summary>Inputs with a name cannot be intercepted.</summary>
    NamedInput,

    /// <summary>The device has no such pins.</summary>
    NoPins,
}
