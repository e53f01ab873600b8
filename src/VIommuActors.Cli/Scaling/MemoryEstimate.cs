using System.Globalization;
using VIommuActors.Cli.Reporting;
using VIommuActors.Scenarios.Model;

namespace VIommuActors.Cli.Scaling;

/// <summary>What guests will need of memory, so that a run that cannot fit is refused before it takes the machine down.</summary>
internal static class MemoryEstimate
{
    private const long PerGuest = 40 << 10, PerVcpu = 6 << 10, PerDevice = 6 << 10, Page = 4096;
    private const int PagesPerGuest = 8, PagesPerDevice = 4;
    private const double Share = 0.8;

    /// <summary>Bytes of all guests: actors, tables and judge, and the RAM that they will touch.</summary>
    public static long Of(Scenario scenario)
    {
        var topology = scenario.Topology;
        var devices = topology.Devices.Sum(group => (long)group.Count);
        // Tables of each device's domain, and of each vCPU a buffer or two of which the first quadword of each page is written.
        var touched = PagesPerGuest + (PagesPerDevice * devices) + (2L * topology.Vcpus * scenario.Workload.BufferPages);
        var ram = Math.Min(touched * Page, (long)topology.RamMib << 20);
        return topology.Guests * (PerGuest + (PerVcpu * topology.Vcpus) + (PerDevice * devices) + ram);
    }

    /// <summary>Refuses what cannot fit.</summary>
    /// <param name="scenario">With all guests.</param>
    /// <param name="available">Bytes that the process may take.</param>
    /// <exception cref="ToolException">It cannot.</exception>
    public static void Require(Scenario scenario, long available)
    {
        var needed = Of(scenario);
        if (needed <= available * Share) return;
        throw ToolException.Environment("--guests", string.Create(CultureInfo.InvariantCulture,
            $"{scenario.Topology.Guests:#,0} such guests need some {Gib(needed):0.0} GiB of memory, of {Gib(available):0.0} GiB that this"
            + $" process may take; some {(long)(available * Share / (needed / (double)scenario.Topology.Guests)):#,0} fit"));
    }

    private static double Gib(long bytes) => bytes / (double)(1L << 30);
}
