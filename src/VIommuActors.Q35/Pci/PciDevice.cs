namespace VIommuActors.Q35.Pci;

/// <summary>A function with a device actor behind it.</summary>
/// <param name="Options">What stood on the command line.</param>
/// <param name="Function">Its function.</param>
internal sealed record PciDevice(PciDeviceOptions Options, PciFunction Function)
{
    /// <summary>The type of the teaching device.</summary>
    public const string Edu = "edu";

    /// <summary>The type of the IOMMU test device.</summary>
    public const string Test = "iommu-testdev";
}
