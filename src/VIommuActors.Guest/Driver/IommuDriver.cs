using System.Collections.Immutable;
using VIommuActors.Guest.Cpu;
using VIommuActors.Oracle;
using VIommuActors.Vtd;
using VIommuActors.Vtd.Faults;
using VIommuActors.Vtd.Spec;
using VIommuActors.Vtd.Translation;

namespace VIommuActors.Guest.Driver;

/// <summary>The guest's IOMMU driver: start-up, domains, map, unmap. One per guest, shared by its vCPUs like any kernel code.</summary>
/// <remarks>Order of the start-up accesses after Linux's <c>init_dmars</c>; map and unmap after its DMA API.</remarks>
public sealed class IommuDriver
{
    private const uint FaultVector = 0x21;

    private readonly GuestPlatform _platform;
    private readonly GuestHeap _heap;
    private readonly SecondLevelTable[] _tables;
    private readonly IovaSpace[] _iovas;
    private readonly IInvalidator[] _invalidators;
    private readonly SourceId[][] _deviceTlbs;
    private readonly GuestPhysical[] _contextEntries;
    private readonly Gate _ready = new();

    /// <summary>Builds the driver's tables in RAM; the unit hears of nothing before <see cref="Start"/>.</summary>
    public IommuDriver(GuestPlatform platform, GuestHeap heap, Vtd.Memory.IGuestMemory memory)
    {
        _platform = platform;
        _heap = heap;
        _tables = [.. platform.Domains.Select(_ => new SecondLevelTable(memory, () => heap.Take(), platform.Levels))];
        _iovas = [.. platform.Domains.Select(_ => new IovaSpace())];
        _invalidators = new IInvalidator[platform.UnitBases.Length];
        _contextEntries = new GuestPhysical[platform.Devices.Length];
        _deviceTlbs = [.. platform.Domains.Select((_, index) => platform.DeviceTlb
            ? platform.Devices.Where(device => device.Domain == index).Select(device => device.Source).ToArray()
            : [])];
    }

    /// <summary>The machine.</summary>
    public GuestPlatform Platform => _platform;

    /// <summary>Brings all units up. The first vCPU does the work, the others wait for it.</summary>
    public async GuestCode Start(IGuestCpu cpu)
    {
        if (cpu.Index != 0)
        {
            await _ready.Pass(cpu);
            return;
        }
        foreach (var device in _platform.Devices)
            cpu.Watch.Attached(cpu.Guest, device.Source, _platform.Domains[device.Domain].Key);
        for (var unit = 0; unit < _platform.UnitBases.Length; unit++) await StartUnit(cpu, unit);
        _ready.Open();
    }

    /// <summary>
    /// Makes a buffer reachable. New leaves go from not-present to present, which needs no invalidation while CAP.CM is 0.
    /// </summary>
    public async GuestCode<Mapping> Map(IGuestCpu cpu, int domain, GuestBuffer buffer, bool writable)
    {
        await ServiceFaults(cpu);
        if (_platform.OperationNs > 0) await cpu.Pause(_platform.OperationNs);
        var iova = _iovas[domain].Take(buffer.Bytes);
        var permission = writable ? Permission.ReadWrite : Permission.Read;
        var level = buffer.PageBytes switch { 4096 => 1, 1UL << 21 => 2, _ => 3 };
        for (var page = 0; page < buffer.Pages.Length; page++)
            _tables[domain].Map(new Iova(iova.Value + ((ulong)page * buffer.PageBytes)), buffer.Pages[page], permission, level);
        var grant = cpu.Watch.Granted(
            _platform.Domains[domain].Key, iova, buffer.PageBytes - 1, buffer.Pages.AsSpan(), readable: true, writable);
        if (_platform.CachingMode)
        {
            // CM=1: not-present entries may have been cached, so a new mapping is announced too.
            await FlushRange(cpu, domain, iova, buffer.Bytes);
        }
        return new Mapping(domain, buffer, iova, writable, grant);
    }

    /// <summary>
    /// Clears the leaves. Devices can go on through cached translations until <see cref="Flush"/> or <see cref="FlushDomain"/>.
    /// </summary>
    public async GuestCode Clear(IGuestCpu cpu, Mapping mapping)
    {
        if (_platform.OperationNs > 0) await cpu.Pause(_platform.OperationNs);
        for (var page = 0; page < mapping.Buffer.Pages.Length; page++)
            _tables[mapping.Domain].Clear(new Iova(mapping.Iova.Value + ((ulong)page * mapping.Buffer.PageBytes)));
        cpu.Watch.Withdrawn(mapping.Grant);
    }

    /// <summary>Invalidates one cleared mapping and waits. Afterwards its frames and addresses are free.</summary>
    public async GuestCode Flush(IGuestCpu cpu, Mapping mapping)
    {
        await FlushRange(cpu, mapping.Domain, mapping.Iova, mapping.Buffer.Bytes);
        Forget(cpu, mapping);
    }

    /// <summary>Invalidates a whole domain and waits; the caller then says which mappings it had cleared before.</summary>
    public async GuestCode FlushDomain(IGuestCpu cpu, int domain)
    {
        var began = cpu.NowNs;
        await _invalidators[_platform.Domains[domain].Unit].Domain(cpu, _platform.Domains[domain].Id, _deviceTlbs[domain]);
        cpu.Watch.Invalidated(cpu.NowNs - began);
    }

    /// <summary>A covering invalidation has been seen complete: the mapping no longer exists.</summary>
    public void Forget(IGuestCpu cpu, Mapping mapping)
    {
        cpu.Watch.Revoked(mapping.Grant);
        _iovas[mapping.Domain].Return(mapping.Iova, mapping.Buffer.Bytes);
    }

    /// <summary>
    /// Attaches a device in pass-through and tells the watch that it can reach the buffer, at the buffer's own address. The context
    /// entry goes from not-present to present, which needs no invalidation while CAP.CM is 0.
    /// </summary>
    /// <returns>A grant for each page.</returns>
    public async GuestCode<ImmutableArray<Grant>> AttachPassThrough(IGuestCpu cpu, GuestDevice device, GuestBuffer buffer)
    {
        await ServiceFaults(cpu);
        if (_platform.OperationNs > 0) await cpu.Pause(_platform.OperationNs);
        var domain = _platform.Domains[device.Domain];
        var grants = ImmutableArray.CreateBuilder<Grant>(buffer.Pages.Length);
        foreach (var page in buffer.Pages)
            grants.Add(cpu.Watch.Granted(domain.Key, new Iova(page.Value), buffer.PageBytes - 1, [page], readable: true, writable: true));
        var entry = ContextEntry.Legacy(default, _platform.Levels, domain.Id, TranslationType.PassThrough);
        Store(cpu, _contextEntries[device.Index], entry.Low, entry.High);
        if (_platform.CachingMode) await _invalidators[device.Unit].Context(cpu, default, device.Source, iotlbToo: true);
        return grants.MoveToImmutable();
    }

    /// <summary>
    /// Takes a pass-through device away: clears its context entry, invalidates the context cache and waits. Nothing of such a device is in
    /// the IOTLB. Afterwards the pages it could reach are free.
    /// </summary>
    public async GuestCode Detach(IGuestCpu cpu, GuestDevice device, ImmutableArray<Grant> grants)
    {
        if (_platform.OperationNs > 0) await cpu.Pause(_platform.OperationNs);
        cpu.Memory.TryWrite64(_contextEntries[device.Index], 0);
        foreach (var grant in grants) cpu.Watch.Withdrawn(grant);
        var began = cpu.NowNs;
        await _invalidators[device.Unit].Context(cpu, _platform.Domains[device.Domain].Id, device.Source, iotlbToo: false);
        cpu.Watch.Invalidated(cpu.NowNs - began);
        foreach (var grant in grants) cpu.Watch.Revoked(grant);
    }

    /// <summary>The fault handler: reads and frees the record of each unit that has interrupted, then clears the overflow bit.</summary>
    private async GuestCode ServiceFaults(IGuestCpu cpu)
    {
        for (var unit = 0; unit < _platform.UnitBases.Length; unit++)
        {
            if (!cpu.TakeInterrupt(unit)) continue;
            cpu.HandlesFault = true;
            var at = _platform.UnitBases[unit];
            var record = at + RegisterOffset.Frcd;
            if (((Fsts)(uint)await cpu.Read(at + RegisterOffset.Fsts, 4) & Fsts.Pending) != 0)
            {
                var fault = new Frcd(0, await cpu.Read(record + 8, 8));
                await cpu.Read(record, 8);
                if (fault.Reason == FaultReason.None || !Enum.IsDefined(fault.Reason)) cpu.Watch.Misreported(cpu.Guest, fault.Source);
                await cpu.Write(record + 12, 4, 1UL << 31);
            }
            await cpu.Write(at + RegisterOffset.Fsts, 4, (uint)Fsts.Overflow);
            cpu.HandlesFault = false;
        }
    }

    private async GuestCode FlushRange(IGuestCpu cpu, int domain, Iova iova, ulong bytes)
    {
        var mask = InvalidationRange.MaskFor(iova, bytes);
        if (mask > Cap.MaxAddressMask)
        {
            // Beyond CAP.MAMV the driver flushes the domain, as Linux does.
            await FlushDomain(cpu, domain);
            return;
        }
        var began = cpu.NowNs;
        await _invalidators[_platform.Domains[domain].Unit].Pages(cpu, _platform.Domains[domain].Id, iova, mask, _deviceTlbs[domain]);
        cpu.Watch.Invalidated(cpu.NowNs - began);
    }

    private async GuestCode StartUnit(IGuestCpu cpu, int unit)
    {
        var at = _platform.UnitBases[unit];
        var enabled = (Gcmd)0;

        async GuestCode Command(Gcmd bit)
        {
            // Level bits are written every time, or they would be switched off; one-shot bits once.
            await cpu.Write(at + RegisterOffset.Gcmd, 4, (uint)(enabled | bit));
            if (bit != Gcmd.SetRootTable) enabled |= bit;
            var began = cpu.NowNs;
            var spin = Spin.Of(cpu);
            while (((Gcmd)(uint)await cpu.Read(at + RegisterOffset.Gsts, 4) & bit) == 0)
            {
                if (cpu.NowNs - began > _platform.InvalidationTimeoutNs)
                {
                    cpu.Watch.TimedOut(cpu.Guest, cpu.Index, cpu.NowNs - began);
                    throw new GuestPanicException("DMAR hardware is malfunctioning");
                }
                var pause = spin.NextPauseNs();
                if (pause > 0) await cpu.Pause(pause);
            }
        }

        await cpu.Read(at + RegisterOffset.Ver, 4);
        await cpu.Read(at + RegisterOffset.Cap, 8);
        var ecap = new Ecap(await cpu.Read(at + RegisterOffset.Ecap, 8));
        await cpu.Read(at + RegisterOffset.Gsts, 4);
        await cpu.Read(at + RegisterOffset.Fsts, 4);
        if (_platform.Queued)
        {
            var queue = new QueuedInvalidator(at, _heap.Take(), _heap.Take(), _platform.InvalidationTimeoutNs);
            await queue.Enable(cpu, Command);
            _invalidators[unit] = queue;
        }
        else
        {
            _invalidators[unit] = new RegisterInvalidator(at, ecap.InvalidationOffset + 8, _platform.InvalidationTimeoutNs);
        }
        await cpu.Write(at + RegisterOffset.Rtaddr, 8, BuildRootTable(cpu, unit).Value);
        await Command(Gcmd.SetRootTable);
        await _invalidators[unit].Everything(cpu);
        // Fault events go to the first vCPU; the driver looks for them when it next maps.
        await cpu.Write(at + RegisterOffset.Fedata, 4, FaultVector);
        await cpu.Write(at + RegisterOffset.Feaddr, 4, 0xfee0_0000);
        await cpu.Write(at + RegisterOffset.Fectl, 4, 0);
        await Command(Gcmd.Translation);
    }

    private GuestPhysical BuildRootTable(IGuestCpu cpu, int unit)
    {
        var root = _heap.Take();
        var contexts = new SortedDictionary<byte, GuestPhysical>();
        foreach (var device in _platform.Devices)
        {
            if (device.Unit != unit) continue;
            if (!contexts.TryGetValue(device.Source.Bus, out var table))
            {
                contexts.Add(device.Source.Bus, table = _heap.Take());
                Store(cpu, RootEntry.AddressIn(root, device.Source.Bus), RootEntry.Legacy(table).Low, 0);
            }
            var domain = _platform.Domains[device.Domain];
            var type = _platform.DeviceTlb ? TranslationType.DeviceTlb : TranslationType.Untranslated;
            var entry = ContextEntry.Legacy(_tables[device.Domain].Root, _platform.Levels, domain.Id, type);
            _contextEntries[device.Index] = ContextEntry.AddressIn(table, device.Source.DevFn);
            if (!_platform.PassThrough) Store(cpu, _contextEntries[device.Index], entry.Low, entry.High);
        }
        return root;
    }

    private static void Store(IGuestCpu cpu, GuestPhysical address, ulong low, ulong high)
    {
        cpu.Memory.TryWrite64(new GuestPhysical(address.Value + 8), high);
        cpu.Memory.TryWrite64(address, low);
    }
}
