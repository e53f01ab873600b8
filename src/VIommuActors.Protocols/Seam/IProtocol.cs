using System.Collections.Immutable;

namespace VIommuActors.Protocols.Seam;

/// <summary>Options of one protocol as the scenario states them (<c>protocols.NAME.KEY</c>); every key is present.</summary>
public sealed record ProtocolOptions(ImmutableSortedDictionary<string, string> Values)
{
    /// <summary>A whole number.</summary>
    public long Number(string key) => long.Parse(Values[key], System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>A word.</summary>
    public string Word(string key) => Values[key];

    /// <summary>True or false.</summary>
    public bool Flag(string key) => bool.Parse(Values[key]);
}

/// <summary>A design: three halves under one name.</summary>
public interface IProtocol
{
    /// <summary>The name in scenarios and on the command line.</summary>
    string Name { get; }

    /// <summary>False for a design that only works with queued invalidation.</summary>
    bool WorksWithRegisters { get; }

    /// <summary>True when the guest must send device-TLB invalidations and the unit must offer them (ECAP.DT, TT=1).</summary>
    bool UsesDeviceTlb { get; }

    /// <summary>True when the design promises that no access follows a completed invalidation.</summary>
    bool ClaimsSafety { get; }

    /// <summary>Deliberate defects of this design; each is a small twin beside the real code.</summary>
    ImmutableArray<Mutant> Mutants => [];

    /// <summary>The hypervisor's half, one per unit.</summary>
    IHypervisorHalf CreateHypervisorHalf(IHypervisorPort port, ProtocolOptions options);

    /// <summary>QEMU's half, one per dummy vIOMMU.</summary>
    IDeviceModelHalf CreateDeviceModelHalf(IDeviceModelPort port, ProtocolOptions options);

    /// <summary>The device's half, one per device.</summary>
    IDeviceHalf CreateDeviceHalf(IDevicePort port, ProtocolOptions options);
}
