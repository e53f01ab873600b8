namespace VIommuActors.Xen.IoRequests;

/// <summary>Result of emulating an instruction or an access. Source: Xen <c>arch/x86/x86_emulate/x86_emulate.h</c>.</summary>
public enum X86Emul
{
    /// <summary>Done.</summary>
    Okay = 0,

    /// <summary>
    /// Not handled here, so the access goes to an ioreq server. A handler may return it after acting; that is how an internal device
    /// lets an emulator see an access.
    /// </summary>
    Unhandleable = 1,

    /// <summary>The guest gets an exception.</summary>
    Exception = 2,

    /// <summary>To be emulated again later; from an internal MMIO handler it is a bug.</summary>
    Retry = 3,

    /// <summary>Done, with the instruction's bookkeeping too.</summary>
    Done = 4,

    /// <summary>The instruction is not emulated. <c>X86EMUL_UNRECOGNIZED</c> is the same number.</summary>
    Unimplemented = 5,

    /// <summary>The compare-exchange found another value.</summary>
    CompareExchangeFailed = 7,
}
