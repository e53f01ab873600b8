namespace VIommuActors.Vtd;

/// <summary>A QEMU whose intel-iommu a unit can be taken for.</summary>
public enum QemuRelease
{
    /// <summary>7.2, as in Debian 12; its machines are 39 bits wide by default.</summary>
    Qemu7,

    /// <summary>11.1; 48 bits, first-level tables, ESRTPS.</summary>
    Qemu11,
}
