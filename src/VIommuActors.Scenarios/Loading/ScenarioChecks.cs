using System.Globalization;
using System.Numerics;
using VIommuActors.Scenarios.Model;
using VIommuActors.Scenarios.Schema;

namespace VIommuActors.Scenarios.Loading;

/// <summary>What no single key can tell: values that are fine each and impossible together.</summary>
internal sealed class ScenarioChecks(
    ScenarioBinder values, ErrorList errors, IReadOnlyCollection<string>? messageNames, IReadOnlyCollection<string>? partyNames)
{
    private const long Page = 4096, Mib = 1 << 20;

    // One PCI bus holds 256 functions; the host bridge, the LPC bridge and the like take some.
    private const int MaxDevices = 240;

    // The party whose crash is a guest's panic.
    private const string Vcpu = "vcpu";

    private static readonly string[] Harms = ["drop", "duplicate", "delay", "reorder"];

    private const int MaxVcpus = 65_536, MaxRamMib = 1 << 20;

    public void Check(Scenario scenario)
    {
        Protocol(scenario);
        Counts(scenario.Topology);
        Memory(scenario);
        Report(scenario.Workload is { Kind: WorkloadKind.Trace, File: null }, $"a trace workload needs {Name("workload.file")}",
            "workload.kind", "workload.file");
        Report(scenario is { Workload.Kind: WorkloadKind.Trace, Topology.Guests: not 1 },
            $"a recording is of one guest, so it must be 1: {Quote("workload.kind")}", "topology.guests", "workload.kind");
        for (var i = 0; i < scenario.Faults.Length; i++)
        {
            Fault(scenario.Faults[i], Plain($"faults[{i}]"));
        }
    }

    private static string Name(string key) => $"{ScenarioSchema.Prefix}.{key}";

    private static string Plain(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    // "viommu.scenario.invalidation = register (reference.conf)"
    private string Quote(string key) => $"{values[key].Key} = {values[key].Text} ({values[key].Origin})";

    /// <summary>
    /// Reports at the first of the keys that somebody stated: nobody can correct a default.
    /// Says nothing when one of them has an error of its own.
    /// </summary>
    private void Report(bool wrong, string message, params string[] keys)
    {
        if (wrong && !keys.Any(k => values[k].Faulty))
        {
            var at = keys.Select(k => values[k]).FirstOrDefault(v => !v.IsDefault) ?? values[keys[0]];
            errors.Add(at.At, at.Key, at.Text, message, at.Leaf.Type.Accepted);
        }
    }

    private void Protocol(Scenario scenario) => Report(
        scenario is { Protocol: "ats", Invalidation: InvalidationInterface.Register },
        $"device-TLB invalidations exist in the queue only: {Quote("protocol")} meets {Quote("invalidation")}, which must be queued",
        "protocol", "invalidation");

    private void Counts(Topology topology)
    {
        var vcpus = (long)topology.Guests * topology.Vcpus;
        Report(vcpus > MaxVcpus,
            Plain($"{vcpus} vCPUs in all guests, at most {MaxVcpus} are accepted: {Quote("topology.guests")}, {Quote("topology.vcpus")}"),
            "topology.vcpus", "topology.guests");

        var ram = (long)topology.Guests * topology.RamMib;
        Report(ram > MaxRamMib,
            Plain($"{ram} MiB in all guests, at most {MaxRamMib} are accepted: {Quote("topology.guests")}, {Quote("topology.ram-mib")}"),
            "topology.ram-mib", "topology.guests");

        var devices = topology.Devices.Sum(d => d.Count);
        Report(devices > MaxDevices,
            Plain($"{devices} devices do not fit on the guest's PCI bus, at most {MaxDevices} are accepted"), "topology.devices");
        Report(topology.Domains > devices, Plain($"there are only {devices} devices for so many domains: {Quote("topology.domains")}"),
            "topology.domains", "topology.devices");

        for (var i = 0; i < topology.Devices.Length; i++)
        {
            var key = Plain($"topology.devices[{i}].viommu");
            Report(topology.Devices[i].VIommu >= topology.VIommus,
                $"there is no unit of that index, the first is 0: {Quote("topology.viommus")}",
                key, "topology.viommus");
        }
    }

    /// <summary>The buffers that can be mapped at once have to exist.</summary>
    private void Memory(Scenario scenario)
    {
        var (work, topology) = (scenario.Workload, scenario.Topology);
        if (work.Kind == WorkloadKind.Trace)
        {
            return;
        }
        BigInteger mapped = (work.BufferPages * Page) + work.BufferOffset;
        var buffer = (mapped + work.MapPageSize - 1) / work.MapPageSize * work.MapPageSize;
        var needed = topology.Devices.Aggregate(BigInteger.Zero, (sum, d) => sum + (buffer * d.Count * d.InFlight));
        var mib = (needed + Mib - 1) / Mib;
        Report(mib > topology.RamMib,
            Plain($"count x in-flight x buffer need {mib} MiB: {Quote("topology.ram-mib")}, {Quote("workload.map-page-size")}"),
            "topology.ram-mib", "topology.devices", "workload.map-page-size", "workload.buffer-pages", "workload.buffer-offset");
    }

    private void Fault(FaultRule rule, string key)
    {
        // What stands there with the meaning of nothing is not stated: `scenario show` prints every key, and is to be read again.
        bool Stated(string name) => 
            (values[$"{key}.{name}"] is { Faulty: true } or { IsDefault: false, Value: not (null or Ratio { IsZero: true }) })
            && (name != "delay-ns" || values[$"{key}.{name}"] is not { Faulty: false, Value: 0L });
        var on = $"{key}.on";
        var onLink = Stated("from") || Stated("to");
        string[] harms = [.. Harms.Select(name => $"{key}.{name}")];
        var onMessages = Harms.Any(Stated) || Stated("delay-ns");
        var onParty = Stated("crash-at-ns") || Stated("restart-after-ns");
        Report(onMessages && onParty,
            "a rule either crashes a party (crash-at-ns) or harms messages (drop, duplicate, delay, reorder); write two rules",
            on, $"{key}.crash-at-ns", $"{key}.restart-after-ns");
        Report(!onMessages && !onParty,
            "the rule does nothing; state drop, duplicate, delay or reorder with delay-ns, or crash-at-ns", on, $"{key}.from", $"{key}.to");
        Report(Stated("restart-after-ns") && !Stated("crash-at-ns"),
            $"needs {Name(key)}.crash-at-ns", $"{key}.restart-after-ns");
        Report(onParty && !onMessages && onLink, "a crash strikes a party, not a link", $"{key}.from", $"{key}.to");
        Report(onParty && !Stated("on"), $"needs {Name(key)}.on: which party crashes", $"{key}.crash-at-ns", $"{key}.restart-after-ns");
        Report(onMessages && !onParty && !onLink && !Stated("on"),
            $"needs {Name(key)}.on for a kind of message, or {Name(key)}.from or {Name(key)}.to for a link",
            [.. harms, $"{key}.delay-ns"]);
        Report(rule is CrashFault { On: Vcpu, RestartAfterNs: not null },
            "a guest that panicked does not come back: a guest that boots again resets its platform first, which is another run",
            $"{key}.restart-after-ns");
        // A rule that is neither or both was reported; which of the two was meant is anybody's guess.
        Target(on, mayBeMessage: onMessages || !onParty, mayBeParty: onParty || !onMessages);
        if (rule is not MessageFault fault)
        {
            return;
        }
        Report(ExceedOne(fault.Drop, fault.Duplicate, fault.Delay, fault.Reorder),
            "drop, duplicate, delay and reorder together exceed 1/1", [on, .. harms]);
        Report(!fault.Delay.IsZero && fault.DelayNs == 0, $"needs {Name(key)}.delay-ns above 0", $"{key}.delay", $"{key}.delay-ns");
        Report(!fault.Reorder.IsZero && fault.DelayNs == 0, $"needs {Name(key)}.delay-ns above 0: how long it waits to be overtaken",
            $"{key}.reorder", $"{key}.delay-ns");
        Report(fault is { Delay.IsZero: true, Duplicate.IsZero: true, Reorder.IsZero: true, DelayNs: > 0 },
            $"needs {Name(key)}.delay or {Name(key)}.duplicate or {Name(key)}.reorder above 0/1",
            $"{key}.delay-ns", $"{key}.delay", $"{key}.duplicate", $"{key}.reorder");
    }

    private static bool ExceedOne(params ReadOnlySpan<Ratio> ratios)
    {
        var (sum, whole) = (BigInteger.Zero, BigInteger.One);
        foreach (var ratio in ratios)
        {
            sum = (sum * ratio.Denominator) + (ratio.Numerator * whole);
            whole *= ratio.Denominator;
        }
        return sum > whole;
    }

    private void Target(string key, bool mayBeMessage, bool mayBeParty)
    {
        if (values[key].Value is not string target || messageNames is null || partyNames is null)
        {
            return;
        }
        var (messages, parties) = (messageNames.Order(StringComparer.Ordinal), partyNames.Order(StringComparer.Ordinal));
        string[] known = [.. messages.Where(_ => mayBeMessage), .. parties.Where(_ => mayBeParty)];
        if (!known.Contains(target))
        {
            var near = Nearest.To(target, known) is { } name ? $", did you mean {name}?" : "";
            var (aMessage, aParty) = ($"a message ({string.Join(", ", messages)})", $"a party ({string.Join(", ", parties)})");
            var accepted = !mayBeParty ? aMessage : !mayBeMessage ? aParty : $"{aMessage} or {aParty}";
            errors.Add(values[key].At, values[key].Key, values[key].Text, $"expected {accepted}{near}", accepted);
        }
    }
}
