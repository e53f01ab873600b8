namespace VIommuActors.Xen.IoRequests;

/// <summary>A device emulated inside the hypervisor, such as the vIOMMU.</summary>
public interface IMmioHandler
{
    /// <summary>Whether the byte at a guest-physical address is this device's.</summary>
    bool Accepts(ulong address);

    /// <summary>Reads 1, 2, 4 or 8 bytes. Only <see cref="X86Emul.Okay"/> and <see cref="X86Emul.Unhandleable"/> are legal.</summary>
    X86Emul Read(ulong address, uint size, out ulong data);

    /// <summary>Writes 1, 2, 4 or 8 bytes. Only <see cref="X86Emul.Okay"/> and <see cref="X86Emul.Unhandleable"/> are legal.</summary>
    X86Emul Write(ulong address, uint size, ulong data);
}
