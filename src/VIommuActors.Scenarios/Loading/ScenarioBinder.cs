using System.Collections.Immutable;
using System.Globalization;
using VIommuActors.Scenarios.Model;
using VIommuActors.Scenarios.Schema;

namespace VIommuActors.Scenarios.Loading;

/// <summary>Puts checked values into the model. The only place that knows both the keys and the records.</summary>
internal sealed class ScenarioBinder
{
    private readonly ImmutableSortedDictionary<string, Resolved> _values;

    public ScenarioBinder(IEnumerable<Resolved> values) =>
        _values = values.ToImmutableSortedDictionary(v => v.Key[(ScenarioSchema.Prefix.Length + 1)..], v => v, StringComparer.Ordinal);

    /// <summary>What was resolved for a key without the prefix.</summary>
    public Resolved this[string key] => _values[key];

    public Scenario Bind() => new()
    {
        Name = Text("name"),
        Description = Text("description"),
        Protocol = Text("protocol"),
        Invalidation = Choice<InvalidationInterface>("invalidation"),
        Topology = new(
            Int("topology.guests"), Int("topology.vcpus"), Int("topology.viommus"), Int("topology.domains"), Int("topology.ram-mib"),
            List("topology.devices", d =>
                new DeviceGroup(Choice<DeviceKind>(d + ".kind"), Int(d + ".count"), Int(d + ".in-flight"), Int(d + ".viommu")))),
        Unit = new(
            Int("unit.address-width"), Bool("unit.caching-mode"), Bool("unit.drain"),
            Int("unit.iotlb-entries"), Int("unit.context-entries")),
        Workload = BindWorkload(),
        Timing = BindTiming(),
        Limits = new(Long("limits.steps"), Long("limits.virtual-ns")),
        Faults = List("faults", BindFault),
        Expect = new(
            this["expect.verdict"].Value is null ? null : Choice<Verdict>("expect.verdict"),
            Under("expect.protocols").Where(v => v.Resolved.Value is not null)
                .ToImmutableSortedDictionary(v => v.Key, v => Parse<Verdict>(v.Resolved), StringComparer.Ordinal)),
        ProtocolOptions = Protocols().ToImmutableSortedDictionary(p => p, p => Under($"protocols.{p}")
            .ToImmutableSortedDictionary(v => v.Key, v => v.Resolved.Text, StringComparer.Ordinal), StringComparer.Ordinal),
    };

    private Workload BindWorkload() => new(
        Choice<WorkloadKind>("workload.kind"), Long("workload.rounds"), Int("workload.buffer-pages"), Int("workload.burst"),
        Int("workload.buffer-offset"), Int("workload.map-page-size"), Bool("workload.unmap-while-in-flight"),
        Choice<Policy>("workload.policy"), Int("workload.deferred-entries"), Long("workload.deferred-timer-ns"),
        Int("workload.optimistic-quota"), Long("workload.optimistic-timeout-ns"), Int("workload.mapper-uses"),
        Int("workload.write-percent"),
        (string?)this["workload.file"].Value, Ratio("workload.think-time-scale"))
    {
        EveryDevice = Bool("workload.every-device"),
        ThinkNs = Long("workload.think-ns"),
    };

    private Timing BindTiming() => new(
        Long("timing-ns.mmio-trap"), Long("timing-ns.hypercall"), Long("timing-ns.ioreq"), Long("timing-ns.event-channel"),
        Long("timing-ns.dma-per-page"), Long("timing-ns.doorbell"), Long("timing-ns.interrupt"), Long("timing-ns.device-model"),
        Long("timing-ns.ats"), Long("timing-ns.bounce-per-page"), Long("timing-ns.guest-operation"),
        Long("timing-ns.invalidation-timeout"));

    private FaultRule BindFault(string rule) => this[rule + ".crash-at-ns"].Value is long crash
        ? new CrashFault(Target(rule), crash, (long?)this[rule + ".restart-after-ns"].Value)
        : new MessageFault(
            Target(rule), Ratio(rule + ".drop"), Ratio(rule + ".duplicate"), Ratio(rule + ".delay"), Long(rule + ".delay-ns"))
        {
            Reorder = Ratio(rule + ".reorder"),
            From = Party(rule + ".from"),
            To = Party(rule + ".to"),
        };

    private PartyKind? Party(string key) => this[key].Value is null ? null : Choice<PartyKind>(key);

    // Nothing: every kind of message on a link.
    private string Target(string rule) => (string?)this[rule + ".on"].Value ?? "";

    private static IEnumerable<string> Protocols() => ((SchemaSection)ScenarioSchema.Current.Scenario.Find("protocols")!).Keys;

    private IEnumerable<(string Key, Resolved Resolved)> Under(string section) => _values
        .Where(v => v.Key.StartsWith(section + ".", StringComparison.Ordinal))
        .Select(v => (v.Key[(section.Length + 1)..], v.Value));

    private ImmutableArray<T> List<T>(string key, Func<string, T> element) =>
        [.. Enumerable.Range(0, (int)this[key].Value!).Select(i => element(string.Create(CultureInfo.InvariantCulture, $"{key}[{i}]")))];

    private string Text(string key) => (string)this[key].Value!;

    private long Long(string key) => (long)this[key].Value!;

    private int Int(string key) => checked((int)Long(key));

    private bool Bool(string key) => (bool)this[key].Value!;

    private Ratio Ratio(string key) => (Ratio)this[key].Value!;

    private T Choice<T>(string key)
        where T : struct, Enum => Parse<T>(this[key]);

    // map-dma-unmap is MapDmaUnmap.
    private static T Parse<T>(Resolved value)
        where T : struct, Enum => Enum.Parse<T>(((string)value.Value!).Replace("-", "", StringComparison.Ordinal), ignoreCase: true);
}
