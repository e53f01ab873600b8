using System.Collections.Immutable;
using VIommuActors.Actors;
using VIommuActors.Guest.Cpu;
using VIommuActors.Guest.Driver;
using VIommuActors.Guest.Policies;
using VIommuActors.Guest.Workloads;
using VIommuActors.Machine.DeviceModel;
using VIommuActors.Oracle;
using VIommuActors.Protocols.Seam;
using VIommuActors.Scenarios.Model;
using VIommuActors.Seeds;
using VIommuActors.Vtd;
using VIommuActors.Vtd.Memory;

namespace VIommuActors.Blueprints.Building;

/// <summary>Turns a scenario into the specs of its guests: platform, devices, RAM and what the vCPUs run.</summary>
public static class MachineBuilder
{
    /// <summary>The unit's usual place (QEMU q35 and Xen's series); further units follow a page apart.</summary>
    public const ulong FirstUnitBase = 0xfed9_0000;

    private const int RequestsPerSlot = 4;

    /// <summary>
    /// The guests of a synthetic scenario. <paramref name="untimed"/> is given for runs without time: guest code then takes none, and
    /// what it wraps the RAM in sees every access.
    /// </summary>
    public static ImmutableArray<GuestSpec> Guests(
        Scenario scenario, IProtocol protocol, SeededRandom random, Func<IGuestMemory, IGuestMemory>? untimed)
    {
        var guests = ImmutableArray.CreateBuilder<GuestSpec>(scenario.Topology.Guests);
        for (var guest = 0; guest < scenario.Topology.Guests; guest++)
            guests.Add(Guest(scenario, protocol, random.Derive($"guest-{guest}"), guest, untimed));
        return guests.MoveToImmutable();
    }

    /// <summary>What a unit offers under a scenario and a design.</summary>
    public static VtdOptions UnitOptions(Scenario scenario, IProtocol protocol) => new()
    {
        AddressWidth = scenario.Unit.AddressWidth,
        CachingMode = scenario.Unit.CachingMode,
        Drain = scenario.Unit.Drain,
        IotlbCapacity = scenario.Unit.IotlbEntries,
        ContextCacheCapacity = scenario.Unit.ContextEntries,
        DeviceTlb = protocol.UsesDeviceTlb,
        QueuedInvalidation = scenario.Invalidation == InvalidationInterface.Queued,
    };

    /// <summary>The options of a design as the scenario has them.</summary>
    public static ProtocolOptions Options(Scenario scenario, IProtocol protocol) => new(
        scenario.ProtocolOptions.TryGetValue(protocol.Name, out var values) ? values : ImmutableSortedDictionary<string, string>.Empty);

    /// <summary>What the devices of a group are.</summary>
    public static DeviceProfile Profile(DeviceGroup group, Timing timing) => new(
        group.InFlight,
        group.Kind switch
        {
            DeviceKind.DmaEngine => TranslationUse.AheadOfAccess,
            DeviceKind.Nic => TranslationUse.PerPage,
            _ => TranslationUse.Held,
        },
        timing.BouncePerPage);

    /// <summary>The random draws of one vCPU.</summary>
    public static IDice Dice(SeededRandom random, int vcpu) => new RandomDice(random.Derive($"vcpu-{vcpu}"));

    /// <summary>
    /// Guest <paramref name="guest"/> alone, with the draws it has among all guests, for a run in real time: its code takes the time it
    /// takes, not what the scenario's <c>timing-ns</c> says.
    /// </summary>
    /// <param name="scenario">The situation; its workload is no recording.</param>
    /// <param name="protocol">The design.</param>
    /// <param name="random">The run's stream.</param>
    /// <param name="guest">Number of the guest.</param>
    /// <param name="endsEarly">Asked before each round; true ends the guest's work.</param>
    /// <param name="relaxesAtOnce">Polling loops relax after the first look: what they wait for is far away.</param>
    /// <param name="beforeWork">Awaited by each vCPU between start-up and its first round.</param>
    public static GuestSpec RealTimeGuest(
        Scenario scenario, IProtocol protocol, SeededRandom random, int guest, Func<bool>? endsEarly, bool relaxesAtOnce,
        Func<IGuestCpu, GuestCode>? beforeWork = null) =>
        Guest(
            scenario, protocol, random.Derive($"guest-{guest}"), guest, static ram => ram,
            settings => settings with { MeasuresWindow = true, EndsEarly = endsEarly, BeforeWork = beforeWork }) with
        {
            RelaxesAtOnce = relaxesAtOnce,
        };

    private static GuestSpec Guest(
        Scenario scenario, IProtocol protocol, SeededRandom random, int guest, Func<IGuestMemory, IGuestMemory>? untimed,
        Func<SyntheticSettings, SyntheticSettings>? inRealTime = null)
    {
        var topology = scenario.Topology;
        var bases = Enumerable.Range(0, topology.VIommus).Select(i => FirstUnitBase + ((ulong)i * 0x1000)).ToImmutableArray();
        var devices = Devices(scenario).ToImmutableArray();
        var (guestDevices, domains) = Domains(scenario, devices, guest);
        IGuestMemory ram = new GuestRam((ulong)topology.RamMib << 20);
        if (untimed is not null) ram = untimed(ram);
        var platform = new GuestPlatform
        {
            UnitBases = bases,
            Devices = guestDevices,
            Domains = domains,
            RamBytes = (ulong)topology.RamMib << 20,
            Queued = scenario.Invalidation == InvalidationInterface.Queued,
            DeviceTlb = protocol.UsesDeviceTlb,
            CachingMode = scenario.Unit.CachingMode,
            PassThrough = scenario.Workload.Kind == WorkloadKind.AttachDetach,
            Levels = scenario.Unit.AddressWidth == 39 ? 3 : 4,
            OperationNs = untimed is null ? scenario.Timing.GuestOperation : 0,
            CopyPerPageNs = untimed is null ? scenario.Timing.BouncePerPage : 0,
            InvalidationTimeoutNs = scenario.Timing.InvalidationTimeout,
        };
        // The first MiB stays empty, as it holds no ordinary pages on a PC either.
        var heap = new GuestHeap(1UL << 20, platform.RamBytes);
        var driver = new IommuDriver(platform, heap, ram);
        var pool = new BufferPool(heap, scenario.Workload.BufferPages, (ulong)scenario.Workload.MapPageSize);
        // In real time a guest polls and waits for its devices as in virtual time; only what its own steps take is not made up.
        var isSearch = untimed is not null && inRealTime is null;
        var settings = Settings(scenario, devices, isSearch);
        if (inRealTime is not null) settings = inRealTime(settings);
        return new GuestSpec
        {
            Vcpus = topology.Vcpus,
            UnitBases = bases,
            Unit = UnitOptions(scenario, protocol),
            Devices = [.. devices.Select(device => device.Spec)],
            Ram = ram,
            Program = scenario.Workload.Kind == WorkloadKind.AttachDetach
                ? new AttachDetachProgram(driver, pool, settings)
                : new SyntheticProgram(driver, pool, heap, settings),
            Dice = vcpu => Dice(random, vcpu),
            RelaxesAtOnce = isSearch,
        };
    }

    private static IEnumerable<(DeviceSpec Spec, DeviceKind Kind)> Devices(Scenario scenario)
    {
        var index = 0;
        foreach (var group in scenario.Topology.Devices)
        {
            for (var i = 0; i < group.Count; i++, index++)
            {
                // Functions 0 of devices 3 to 31 of a bus, as virtual machines lay theirs out.
                var source = new SourceId((ushort)((index / 29 << 8) | ((3 + (index % 29)) << 3)));
                var profile = Profile(group, scenario.Timing);
                yield return (new DeviceSpec(source, group.VIommu, profile), group.Kind);
            }
        }
    }

    private static (ImmutableArray<GuestDevice>, ImmutableArray<GuestDomain>) Domains(
        Scenario scenario, ImmutableArray<(DeviceSpec Spec, DeviceKind Kind)> devices, int guest)
    {
        var domains = new List<GuestDomain>();
        var byUnitAndSlot = new Dictionary<(int Unit, int Slot), int>();
        var seen = new int[scenario.Topology.VIommus];
        var result = ImmutableArray.CreateBuilder<GuestDevice>(devices.Length);
        for (var index = 0; index < devices.Length; index++)
        {
            var (spec, kind) = devices[index];
            var slot = seen[spec.Unit]++;
            // 0: a domain each. n: the unit's devices are dealt out over n domains.
            if (scenario.Topology.Domains > 0) slot %= scenario.Topology.Domains;
            if (!byUnitAndSlot.TryGetValue((spec.Unit, slot), out var domain))
            {
                domain = domains.Count;
                byUnitAndSlot.Add((spec.Unit, slot), domain);
                domains.Add(new GuestDomain(spec.Unit, new DomainId((ushort)(slot + 1)), new DomainKey((guest << 12) | domain)));
            }
            result.Add(new GuestDevice(index, spec.Source, spec.Unit, domain, kind == DeviceKind.Nic, kind == DeviceKind.Mapper));
        }
        return (result.MoveToImmutable(), [.. domains]);
    }

    private static SyntheticSettings Settings(
        Scenario scenario, ImmutableArray<(DeviceSpec Spec, DeviceKind Kind)> devices, bool untimed)
    {
        var workload = scenario.Workload;
        var pagesPerRequest = workload.BufferPages * (workload.MapPageSize / 4096);
        var timing = scenario.Timing;
        var storm = workload.Kind == WorkloadKind.Storm;
        return new SyntheticSettings
        {
            Rounds = workload.Rounds,
            BufferPages = workload.BufferPages,
            PageBytes = (ulong)workload.MapPageSize,
            Burst = workload.Burst,
            EveryDevice = workload.EveryDevice,
            Offset = workload.BufferOffset,
            UnmapWhileInFlight = workload.UnmapWhileInFlight,
            // A storm unmaps as soon as a device may have its first translation; otherwise anywhere in the request's life.
            InFlightWindowNs = untimed ? 0 : timing.Doorbell + ((storm ? 1 : pagesPerRequest) * (timing.Hypercall + timing.DmaPerPage)),
            Storm = storm,
            WritePercent = workload.WritePercent,
            MapperUses = workload.MapperUses,
            // Without time a pause is one more choice and changes nothing.
            ThinkNs = untimed ? 0 : workload.ThinkNs,
            Backlog = RequestsPerSlot * devices.Max(device => device.Spec.Profile.InFlight),
            NewPolicy = (driver, pool) => workload.Policy switch
            {
                Policy.Strict => new StrictPolicy(driver),
                // With CM=1 Linux does not batch: "disallowed due to virtualization".
                Policy.Deferred when scenario.Unit.CachingMode => new StrictPolicy(driver),
                Policy.Deferred => new DeferredPolicy(driver, workload.DeferredEntries, workload.DeferredTimerNs),
                Policy.Optimistic => new OptimisticPolicy(driver, workload.OptimisticQuota, workload.OptimisticTimeoutNs),
                Policy.ShadowCopy => new ShadowCopyPolicy(driver, _ => pool.New()),
                _ => throw new ArgumentOutOfRangeException(nameof(scenario)),
            },
        };
    }

    private sealed class RandomDice(SeededRandom random) : IDice
    {
        public int Next(int bound) => random.Next(bound);
    }
}
