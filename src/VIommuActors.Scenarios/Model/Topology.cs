using System.Collections.Immutable;

namespace VIommuActors.Scenarios.Model;

/// <summary>Who takes part. Counts are per guest except <paramref name="Guests"/>.</summary>
/// <param name="Guests">Virtual machines.</param>
/// <param name="Vcpus">vCPUs of one guest.</param>
/// <param name="VIommus">Emulated units of one guest.</param>
/// <param name="Domains">DMA domains the devices of a guest are spread over; 0: one domain per device.</param>
/// <param name="RamMib">RAM of one guest in MiB.</param>
/// <param name="Devices">Groups of equal devices of one guest, in the order written.</param>
public sealed record Topology(int Guests, int Vcpus, int VIommus, int Domains, int RamMib, ImmutableArray<DeviceGroup> Devices);
