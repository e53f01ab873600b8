using System.Globalization;

namespace VIommuActors.Xen.Hypercalls;

/// <summary>Number of a domain (a virtual machine, or the one that runs the emulators): 16 bits.</summary>
public readonly record struct XenDomainId(ushort Value)
{
    /// <summary>The usual <c>d3</c> form.</summary>
    public override string ToString() => "d" + Value.ToString(CultureInfo.InvariantCulture);
}
