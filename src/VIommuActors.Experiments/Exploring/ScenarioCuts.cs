using System.Globalization;
using VIommuActors.Scenarios.Model;

namespace VIommuActors.Experiments.Exploring;

/// <summary>
/// Smaller versions of a scenario, each by one thing: fewer rounds, vCPUs, devices, requests or pages. What a counterexample does not need
/// makes it hard to read.
/// </summary>
public static class ScenarioCuts
{
    /// <summary>Overrides, the boldest cut of each kind first; each is a <c>key=value</c> of a scenario.</summary>
    public static IEnumerable<string> Of(Scenario scenario)
    {
        var (work, topology) = (scenario.Workload, scenario.Topology);
        foreach (var cut in Smaller("workload.rounds", work.Rounds)) yield return cut;
        foreach (var cut in Smaller("topology.vcpus", topology.Vcpus)) yield return cut;
        for (var group = 0; group < topology.Devices.Length; group++)
        {
            var devices = topology.Devices;
            if (devices.Length > 1) yield return Devices(devices.RemoveAt(group));
            foreach (var count in Below(devices[group].Count))
                yield return Devices(devices.SetItem(group, devices[group] with { Count = (int)count }));
            foreach (var slots in Below(devices[group].InFlight))
                yield return Devices(devices.SetItem(group, devices[group] with { InFlight = (int)slots }));
        }
        foreach (var cut in Smaller("workload.burst", work.Burst)) yield return cut;
        foreach (var cut in Smaller("workload.buffer-pages", work.BufferPages)) yield return cut;
        var isMapped = topology.Devices.Any(group => group.Kind == DeviceKind.Mapper);
        foreach (var cut in isMapped ? Smaller("workload.mapper-uses", work.MapperUses) : []) yield return cut;
        if (work.EveryDevice) yield return "workload.every-device=false";
        if (work.BufferOffset > 0) yield return "workload.buffer-offset=0";
    }

    private static IEnumerable<string> Smaller(string key, long value) =>
        Below(value).Select(less => string.Create(CultureInfo.InvariantCulture, $"{key}={less}"));

    /// <summary>One, half, one less; without repetition.</summary>
    private static IEnumerable<long> Below(long value) =>
        new[] { 1, value / 2, value - 1 }.Where(less => less >= 1 && less < value).Distinct();

    private static string Devices(IEnumerable<DeviceGroup> groups) => "topology.devices=[" + string.Join(", ", groups.Select(Device)) + "]";

    private static string Device(DeviceGroup group)
    {
        var kind = group.Kind switch
        {
            DeviceKind.DmaEngine => "dma-engine",
            DeviceKind.Nic => "nic",
            _ => "mapper",
        };
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{{ kind = {kind}, count = {group.Count}, in-flight = {group.InFlight}, viommu = {group.VIommu} }}");
    }
}
