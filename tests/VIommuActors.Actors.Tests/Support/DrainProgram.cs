using VIommuActors.Guest.Cpu;
using VIommuActors.Guest.Workloads;
using VIommuActors.Vtd;

namespace VIommuActors.Actors.Tests.Support;

/// <summary>
/// A guest that maps one page, rings the device, unmaps while the device works, invalidates and waits for both. Raw stores only: no
/// driver stands between the test and the registers.
/// </summary>
internal sealed class DrainProgram(bool queued) : IGuestProgram
{
    private const ulong Unit = 0xfed90000, Root = 0x10000000, Context = 0x10001000, Queue = 0x3100000, Status = 0x3000004;
    private const ulong Top = 0x10010000, L3 = 0x10011000, L2 = 0x10012000, L1 = 0x10013000, Page = 0x10100000, Iova = 0x10200000;

    /// <summary>IOTLB_REG, or the status word, as the guest saw it first and last.</summary>
    public (ulong First, ulong Last) Seen { get; private set; }

    public async GuestCode Run(IGuestCpu cpu)
    {
        Store(cpu, Root, Context | 1);
        Store(cpu, Context + (0x28 * 16), Top | 1);
        Store(cpu, Context + (0x28 * 16) + 8, 0x502);
        Store(cpu, Top, L3 | 3);
        Store(cpu, L3, L2 | 3);
        Store(cpu, L2 + (0x81 * 8), L1 | 3);
        Store(cpu, L1, Page | 3);
        await cpu.Write(Unit + 0x20, 8, Root);
        await Command(cpu, 0x40000000, 0x40000000);
        await Command(cpu, 0x80000000, 0x80000000);
        if (queued)
        {
            await cpu.Write(Unit + 0x90, 8, Queue);
            await Command(cpu, 0x84000000, 0x04000000);
        }

        var work = cpu.Ring(0, [new DmaSegment(new Iova(Iova), 64, true)], 1, null!);
        Store(cpu, L1, 0);
        if (queued) await InvalidateByQueue(cpu);
        else await InvalidateByRegister(cpu);
        await cpu.Completion(work);
    }

    private static async GuestCode Command(IGuestCpu cpu, uint command, uint status)
    {
        await cpu.Write(Unit + 0x18, 4, command);
        while ((await cpu.Read(Unit + 0x1c, 4) & status) == 0)
        {
            // Until the unit says so.
        }
    }

    private async GuestCode InvalidateByRegister(IGuestCpu cpu)
    {
        await cpu.Write(Unit + 0xf0, 8, Iova);
        await cpu.Write(Unit + 0xf8, 8, 0xb0030005_00000000);
        var last = await cpu.Read(Unit + 0xf8, 8);
        Seen = (last, last);
        while (last >> 63 != 0) last = await cpu.Read(Unit + 0xf8, 8);
        Seen = (Seen.First, last);
    }

    private async GuestCode InvalidateByQueue(IGuestCpu cpu)
    {
        Store(cpu, Queue, 0x500f2);
        Store(cpu, Queue + 8, Iova);
        Store(cpu, Queue + 16, 0x0000000200000025);
        Store(cpu, Queue + 24, Status);
        await cpu.Write(Unit + 0x88, 4, 0x20);
        var last = Load(cpu);
        Seen = (last, last);
        while (last == 0)
        {
            await cpu.Read(Unit + 0x34, 4);
            last = Load(cpu);
        }
        Seen = (Seen.First, last);
    }

    private static ulong Load(IGuestCpu cpu)
    {
        cpu.Memory.TryRead64(new GuestPhysical(Status & ~7UL), out var value);
        return value >> 32;
    }

    private static void Store(IGuestCpu cpu, ulong address, ulong value) => cpu.Memory.TryWrite64(new GuestPhysical(address), value);
}
