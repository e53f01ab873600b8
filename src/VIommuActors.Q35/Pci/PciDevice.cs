namespace VIommuActors.Q35.Pci;

/// <summary>A function with a device actor behind it.</summary>
/// <param name="Type">Its type on the command line.</param>
/// <param name="Function">Its function.</param>
/// <param name="DmaMask">Bits of an address that its DMA has.</param>
internal sealed record PciDevice(string Type, PciFunction Function, ulong DmaMask)
{
    /// <summary>The type of the teaching device.</summary>
    public const string Edu = "edu";

    /// <summary>The type of the IOMMU test device.</summary>
    public const string Test = "iommu-testdev";
}
