using VIommuActors.Vtd.Faults;

namespace VIommuActors.Vtd.Translation;

/// <summary>What an access wants. The bits are those of a paging entry.</summary>
[Flags]
public enum Permission : byte
{
    /// <summary>No access.</summary>
    None = 0,

    /// <summary>Read.</summary>
    Read = 1,

    /// <summary>Write.</summary>
    Write = 2,

    /// <summary>Both.</summary>
    ReadWrite = Read | Write,
}

/// <summary>The answer to one translation request.</summary>
/// <param name="Fault"><see cref="FaultReason.None"/> when the access is allowed.</param>
/// <param name="Address">Translated address, including the offset in the page; meaningless with a fault.</param>
/// <param name="Mask">
/// Page size − 1 (0xfff, 0x1fffff, 0x3fffffff); all ones for untranslated or pass-through requests' 4 KiB answers is 0xfff.
/// </param>
/// <param name="Allowed">Permission of the whole translation: the AND over all levels.</param>
/// <param name="Domain">Domain id of the context entry; 0 when translation is off.</param>
/// <param name="Hit">True when the IOTLB answered.</param>
/// <param name="Silent">The access must be dropped without a fault having been recorded (a cached entry of lesser permission).</param>
public readonly record struct Translated(
    FaultReason Fault,
    GuestPhysical Address,
    ulong Mask,
    Permission Allowed,
    DomainId Domain,
    bool Hit,
    bool Silent = false)
{
    /// <summary>True when the access may go ahead.</summary>
    public bool Ok => Fault == FaultReason.None && !Silent;
}
