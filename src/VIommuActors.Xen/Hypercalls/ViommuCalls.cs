namespace VIommuActors.Xen.Hypercalls;

/// <summary>Result of an operation that returns nothing but its error.</summary>
/// <param name="Error">
/// Drain-done: <see cref="XenErrno.ENOENT"/> no such vIOMMU, <see cref="XenErrno.ESTALE"/> the epoch is older than the one awaited or
/// was never given out, <see cref="XenErrno.EALREADY"/> that epoch has been reported before, <see cref="XenErrno.EPERM"/> the caller
/// is not the emulator.
/// </param>
public readonly record struct ViommuStatus(XenErrno Error);

/// <summary>Makes a vIOMMU.</summary>
/// <param name="BaseAddress">Guest-physical base of its registers; 4 KiB aligned, or <see cref="XenErrno.EINVAL"/>.</param>
/// <param name="Capabilities">What it shall be able to do; more than supported is <see cref="XenErrno.EINVAL"/>.</param>
public readonly record struct ViommuCreate(ulong BaseAddress, ViommuCapabilities Capabilities);

/// <summary>Result of <see cref="ViommuOp.Create"/>.</summary>
/// <param name="Error"><see cref="XenErrno.E2BIG"/> when the domain may have no further one.</param>
/// <param name="Id">Names the unit from now on; 0 for the first.</param>
public readonly record struct ViommuCreated(XenErrno Error, uint Id);

/// <summary>Removes a vIOMMU.</summary>
/// <param name="Id">From <see cref="ViommuCreated"/>.</param>
public readonly record struct ViommuDestroy(uint Id);

/// <summary>Result of <see cref="ViommuOp.Query"/>.</summary>
/// <param name="Error"><see cref="XenErrno.ENODEV"/> where the hypervisor offers none.</param>
/// <param name="Capabilities">Everything that may be asked of <see cref="ViommuCreate"/>.</param>
public readonly record struct ViommuQueried(XenErrno Error, ViommuCapabilities Capabilities);

/// <summary>Asks where a device's access goes.</summary>
/// <param name="Id">The unit.</param>
/// <param name="Sbdf">Segment 31:16, bus 15:8, device 7:3, function 2:0.</param>
/// <param name="Iova">I/O virtual address, any byte.</param>
/// <param name="Access">What the device means to do; an access that is not permitted is a fault.</param>
public readonly record struct ViommuTranslate(uint Id, uint Sbdf, ulong Iova, ViommuAccess Access);

/// <summary>Result of <see cref="ViommuOp.Translate"/>.</summary>
/// <param name="Error">
/// <see cref="XenErrno.ENOENT"/> no such unit, <see cref="XenErrno.EFAULT"/> a fault was recorded, <see cref="XenErrno.EPERM"/> the
/// caller is not the domain's emulator.
/// </param>
/// <param name="TranslatedAddress">Guest-physical address that <see cref="ViommuTranslate.Iova"/> means.</param>
/// <param name="AddressMask">Page size minus one, low bits set: 0xfff, 0x1fffff or 0x3fffffff; not a byte count.</param>
/// <param name="Permission">What the whole mask permits.</param>
/// <param name="Epoch">Invalidations the unit had started when it answered; orders the translation against drains.</param>
public readonly record struct ViommuTranslated(
    XenErrno Error, ulong TranslatedAddress, ulong AddressMask, ViommuAccess Permission, long Epoch);

/// <summary>Translates and moves bytes in one step, so that the caller never holds a translation.</summary>
/// <param name="Id">The unit.</param>
/// <param name="Sbdf">As in <see cref="ViommuTranslate"/>.</param>
/// <param name="Iova">First byte; the range may cross pages.</param>
/// <param name="Length">Bytes to move; more than 0.</param>
/// <param name="Direction"><see cref="ViommuAccess.Read"/> or <see cref="ViommuAccess.Write"/>, seen from the device.</param>
/// <param name="Buffer">The bytes of a write, <paramref name="Length"/> of them; empty for a read.</param>
public readonly record struct ViommuCopy(
    uint Id, uint Sbdf, ulong Iova, int Length, ViommuAccess Direction, ReadOnlyMemory<byte> Buffer);

/// <summary>Result of <see cref="ViommuOp.Copy"/>.</summary>
/// <param name="Error">As in <see cref="ViommuTranslated"/>; bytes before the fault have been moved.</param>
/// <param name="BytesDone">How many bytes were moved.</param>
/// <param name="Buffer">The bytes of a read, <paramref name="BytesDone"/> of them; empty for a write.</param>
public readonly record struct ViommuCopied(XenErrno Error, int BytesDone, ReadOnlyMemory<byte> Buffer);

/// <summary>Reports that no DMA translated before an invalidation is left in flight.</summary>
/// <param name="Id">The unit.</param>
/// <param name="Epoch">Which invalidation: a report without it could complete the next one when it is late or doubled.</param>
public readonly record struct ViommuDrainDone(uint Id, long Epoch);
