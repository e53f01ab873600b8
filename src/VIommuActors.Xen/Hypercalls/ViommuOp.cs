namespace VIommuActors.Xen.Hypercalls;

/// <summary>
/// Operations of the vIOMMU hypercall, carried by <see cref="HypercallNumbers.Domctl"/>. Private to this model: no Xen release has
/// them, and the numbers 80 and 82 of the 2017 series mean other things today, so these lie above 0x1000.
/// </summary>
public enum ViommuOp
{
    /// <summary><see cref="ViommuCreate"/> → <see cref="ViommuCreated"/>.</summary>
    Create = 0x1001,

    /// <summary><see cref="ViommuDestroy"/> → <see cref="ViommuStatus"/>.</summary>
    Destroy = 0x1002,

    /// <summary>No input → <see cref="ViommuQueried"/>.</summary>
    Query = 0x1003,

    /// <summary><see cref="ViommuTranslate"/> → <see cref="ViommuTranslated"/>.</summary>
    Translate = 0x1004,

    /// <summary><see cref="ViommuCopy"/> → <see cref="ViommuCopied"/>.</summary>
    Copy = 0x1005,

    /// <summary><see cref="ViommuDrainDone"/> → <see cref="ViommuStatus"/>.</summary>
    DrainDone = 0x1006,
}

/// <summary>What a vIOMMU can do. The bit numbers are those of the thread's V2 document as far as they are known.</summary>
[Flags]
public enum ViommuCapabilities : ulong
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>First-level translation.</summary>
    FirstLevel = 1 << 0,

    /// <summary>Second-level translation.</summary>
    SecondLevel = 1 << 1,

    /// <summary>Interrupt remapping.</summary>
    InterruptRemapping = 1 << 2,
}

/// <summary>What an access does, or what a translation permits; the numbers of QEMU's <c>IOMMUAccessFlags</c>.</summary>
[Flags]
public enum ViommuAccess
{
    /// <summary>Nothing is permitted.</summary>
    None = 0,

    /// <summary>The device reads guest memory.</summary>
    Read = 1,

    /// <summary>The device writes guest memory.</summary>
    Write = 2,

    /// <summary>Both.</summary>
    ReadWrite = 3,
}
