using VIommuActors.Conformance.Tests.Cases;
using VIommuActors.Conformance.Tests.Targets;
using static VIommuActors.Conformance.Tests.Cases.Board;
using static VIommuActors.Conformance.Tests.Cases.Tables;

namespace VIommuActors.Conformance.Tests.Generating;

/// <summary>Random operations on a machine that was just reset and set up well.</summary>
/// <remarks>
/// Values are drawn from pools in which the interesting ones are frequent. What aborts QEMU 7.2, wakes its CPU or leaves the modelled regions is not in any
/// pool: 64-bit stores to FECTL, IECTL and IEADDR, wait descriptors with IF and SW, DMA to the last byte of edu's buffer, deliveries other than fixed.
/// </remarks>
internal sealed class Segment(SplitMix random, bool wide, bool scalable)
{
    private const int Slots = 256;

    private static readonly uint[] Commands =
        [0x80000000, 0x80000000, 0x84000000, 0x84000000, 0xc4000000, 0xc0000000, 0x40000000, 0, 0x04000000, 0x86000000, 0x87000000, 0x83000000, 0x08000000, 0xff800000];

    private static readonly uint[] WordOffsets =
        [0x1c, 0x20, 0x24, 0x28, 0x34, 0x38, 0x3c, 0x40, 0x44, 0x64, 0x80, 0x88, 0x8c, 0x90, 0x94, 0x9c, 0xa0, 0xa4, 0xa8, 0xac, 0xb0, 0xb8, 0xbc, 0xdc, 0xe0, 0xf0, 0xf4, 0xf8, 0x220, 0x228, 0x22c, 0x230];

    private static readonly uint[] LongOffsets = [0x00, 0x08, 0x10, 0x20, 0x80, 0x88, 0x90, 0x98, 0xb0, 0xb8, 0xc0, 0xf0, 0x100, 0x220, 0x34, 0x3c, 0x9c, 0xa4, 0x22c, 0x238];

    /// <summary>Descriptors that are refused, or taken though they mean nothing in legacy mode.</summary>
    private static readonly (ulong Low, ulong High)[] Odd =
        [(0, 0), (0x112, 0), (5, Status), (0x25, Status + 2), (6, 0), (0x37, 0), (8, 0), (9, 0), (0x32, 0x13), (0x25, Hole), (0x11, 1), (0x812, 0)];

    private int _slot;

    private ulong Top => wide ? L4 : L3;

    /// <summary>Reset, devices, tables, translation and queue.</summary>
    public IEnumerable<Operation> Begin()
    {
        _slot = 0;
        yield return Make("reset", s => s.Reset());
        yield return Make("devices", s => s.Devices().Fill(Queue, 0x1000, 0).Fill(Status, 0x100, 0).Fill(Irt, 0x100, 0));
        yield return Make("tables", s => scalable ? s.Scalable(wide ? L4 | 0x89 : L3 | 0x85) : s.Legacy(wide));
        yield return Make("translation on", s => s.Enable(scalable));
        if (!random.OneIn(3)) yield return Make("queue on", s => s.Queue(0x80000000));
    }

    /// <summary>One operation, and a look at every register after it.</summary>
    public Operation Next() => random.Below(100) switch
    {
        < 26 => Dma(),
        < 34 => Make("leaf", s => s.Qwords(Leaf(random.Below(Pages)), LeafValue())),
        < 38 => Make("middle entry", s => s.Qwords(Middle, MiddleValue())),
        < 40 => Make("upper entry", s => s.Qwords(random.Qword(L3, L4), random.Qword(L2 | 3ul, L3 | 3, L2 | 1, 0x83, 0, Hole | 3, L2 | 0x83))),
        < 45 => ContextEntry(),
        < 47 => Make("root entry", s => s.Qwords(Root, random.Qword(Context | 1ul, Context | 1, Context | 1, 0, Context | 3, Hole | 1, Context | 1 | Bit()), random.OneIn(6) ? 2ul : 0)),
        < 57 => RegisterInvalidation(),
        < 67 => Descriptors(),
        < 70 => Make("queue repaired", s => Repair(s)),
        < 75 => Make("command", s => s.Command(random.Of(Commands))),
        < 82 => RegisterWrite(),
        < 85 => RegisterRead(),
        < 88 => Make("good tables again", s => (scalable ? s.Scalable(wide ? L4 | 0x89 : L3 | 0x85) : s.Legacy(wide)).Then(Flushed)),
        < 91 => Configuration(),
        < 94 => Device(),
        < 97 => Interrupts(),
        _ => Memory(),
    };

    private Operation Dma()
    {
        var edu = random.Of(A, B);
        var offset = random.Dword(0u, 0x10, 0x568, 0xff8, 0xffc, 0xfff);
        var size = random.Dword(1u, 4, 8, 16, 64, 0x800);
        var iova = random.Below(12) switch
        {
            0 => random.Qword(Iova - 0x1000, Iova + 0x8000, Iova | Bit(), Target, 0xfed80000, Iova + 0x200000),
            _ => Iova + (0x1000 * (ulong)random.Below(Pages)),
        } + offset;
        var page = (ulong)random.Below(4) * 0x1000;
        return random.OneIn(3)
            ? Make("DMA read", s => s.DmaRead(edu, iova, size).Fault())
            : Make("DMA write", s => s.Fill(Target + (iova & 0xffff), 8, 0xcd).DmaWrite(edu, iova, size).Fault()
                .Dump(Target + (iova & 0xffff), 16).Dump(Other + (iova & 0xffff), 16).Dump(Target + page, 16).Dump(Other + page + offset, 16));
    }

    private ulong LeafValue()
    {
        var page = random.Qword(Target, Target, Other) + (0x1000 * (ulong)random.Below(Pages));
        return random.Below(10) switch
        {
            0 => 0,
            1 => page | 1,
            2 => page | 2,
            3 => page | 3 | Bit(),
            4 => random.Qword(Hole | 3, 0xfee00003ul, page | 3 | (1 << 7)),
            _ => page | 3,
        };
    }

    private ulong MiddleValue() => random.Qword(L1 | 3, L1 | 3, L1 | 3, L1 | 1, L1 | 2, 0x10200083, 0x10200081, 0x10300083, 0, Hole | 3, L1 | 3 | Bit());

    private Operation ContextEntry()
    {
        var edu = random.Of(A, B);
        if (scalable)
            return Make("scalable entry", s => random.Below(4) switch
            {
                0 => s.Qwords(ScalableContextOf(edu), Board.Directory | random.Qword(1ul, 1, 0, 3, 0x21, 0x201), random.Qword(0ul, 0, 5, 1 << 20, 1 << 21)),
                1 => s.Qwords(Board.Directory, Pasids | random.Qword(1ul, 1, 1, 0, 3, 5)),
                2 => s.Qwords(Pasids + (64 * random.Qword(0ul, 5)), Top | (wide ? 0x89ul : 0x85)),
                _ => s.Qwords(Pasids, random.Qword(Top | 0x89, Top | 0x85, Top | 0x8b, 0x109, 0x105, 0x101, Top | 0x49, 0, Top | 0x88, Hole | 0x89)),
            });
        ulong type = random.Below(8) switch { 0 => 4ul, 1 => 8, 2 => 12, _ => 0 };
        var low = random.Qword(Top, Top, Top, L3, Hole) | type | random.Qword(1ul, 1, 1, 1, 3, 0, 2) | (random.OneIn(10) ? random.Qword(16ul, 1 << 11, 1ul << 50) : 0);
        var high = (wide ? random.Qword(2ul, 2, 2, 1, 3, 0) : random.Qword(1ul, 1, 1, 2, 0)) | random.Qword(5ul << 8, 6 << 8, 0) | (random.OneIn(12) ? random.Qword(8ul, 0x80, 1 << 24) : 0);
        return Make("context entry", s => s.Qwords(ContextOf(edu), low, high));
    }

    private Operation RegisterInvalidation() => random.Below(3) switch
    {
        0 => Make("context register", s => s.SetQ(Reg.Ccmd, random.Qword(0xa000000000000000, 0xc000000000000000, 0xe000000000000000, 0xe000000000000000, 0x8000000000000000) | random.Qword(0, 5, 6)
            | (random.Qword(0x28ul, 0x30, 0x2c, 0x29, 0x32, 0x128) << 16) | ((ulong)random.Below(4) << 32)).GetQ(Reg.Ccmd)),
        1 => Make("IOTLB register", s => s.SetQ(Reg.Iva, Address()).SetQ(Reg.Iotlb, (random.Qword(0x9ul, 0xa, 0xa, 0xb, 0xb, 0xb, 0x8) << 60) | ((ulong)random.Below(4) << 48) | (random.Qword(0ul, 5, 5, 6) << 32)).GetQ(Reg.Iotlb)),
        _ => Make("IOTLB register, high half", s => s.SetQ(Reg.Iva, Address()).Set(Reg.IotlbTop, (random.Dword(0x9u, 0xa, 0xb) << 28) | random.Dword(0u, 5, 6)).GetQ(Reg.Iotlb)),
    };

    /// <summary>An address for a page-selective request: pages, mask, hint.</summary>
    private ulong Address() => (Iova + (0x1000 * (ulong)random.Below(Pages))) | random.Qword(0ul, 0, 1, 2, 3, 9, 18, 19) | (random.OneIn(4) ? 0x40ul : 0);

    private Operation Descriptors() => Make("descriptors", s =>
    {
        for (var n = 1 + random.Below(3); n > 0; n--) s = Put(s);
        return s.SetQ(Reg.Iqt, 16 * (ulong)_slot).Dump(Status, 32);
    });

    private Script Put(Script script)
    {
        var slot = _slot;
        _slot = (_slot + 1) % Slots;
        var did = random.Qword(0ul, 5, 5, 6) << 16;
        (ulong Low, ulong High) descriptor = random.Below(12) switch
        {
            0 => (0x11, 0),
            1 => (0x21 | did, 0),
            2 => (0x31 | did | (random.Qword(0x28ul, 0x30, 0x2c) << 32) | ((ulong)random.Below(4) << 48), 0),
            3 => (0x12 | ((ulong)random.Below(4) << 6), 0),
            4 => (0x22 | did, 0),
            5 or 6 => (0x32 | did, Address()),
            7 => (0x0000002800010003ul, random.Qword(Iova, 0x7ffffffffffff001)),
            8 => (random.Qword(4ul, 0x14, 0x700000014), 0),
            9 => (0x25 | ((ulong)random.Below(1000) << 32) | (random.OneIn(3) ? 0x40ul : 0), Status + (4 * (ulong)random.Below(8))),
            10 => (0x15, 0),
            _ => random.Of(Odd),
        };
        return script.Qwords(Queue + (16 * (ulong)slot), descriptor.Low, descriptor.High);
    }

    /// <summary>All slots hold waits, the error is cleared, and the queue goes on to where the tail is.</summary>
    private Script Repair(Script script)
    {
        for (var slot = 0; slot < 32; slot++) script.Qwords(Queue + (16 * (ulong)((_slot + Slots - slot) % Slots)), 0x700000025, Status);
        return script.Set(Reg.Fsts, 0x11).Set(Reg.FrcdTop, 0x80000000).Set(Reg.Ics, 1).SetQ(Reg.Iqt, 16 * (ulong)_slot).QueueState();
    }

    private Script Flushed(Script script) => random.OneIn(2) ? script.Flush() : script.Command(0).Command(0x80000000);

    private Operation RegisterWrite() => random.Below(6) switch
    {
        0 => Make("fault registers", s => s.Set(Reg.Fectl, random.Dword(0u, 0x80000000)).Set(Reg.Fedata, random.Dword(0x31u, 0x42)).Set(Reg.Feaddr, random.Dword(0xfee00000u, 0xfee00000, (uint)Status + 0x80))),
        1 => Make("completion registers", s => s.Set(Reg.Iectl, random.Dword(0u, 0x80000000)).Set(Reg.Iedata, random.Dword(0x33u, 0x44)).Set(Reg.Ieaddr, 0xfee00000).Set(Reg.Ics, random.Dword(0u, 1))),
        2 => Make("faults cleared", s => s.Set(Reg.FrcdTop, random.Dword(0x80000000u, 0x80000000, 0)).Set(Reg.Fsts, random.Dword(0u, 1, 0x10, 0x11, 0xff))),
        3 => Make("root address", s => s.SetQ(Reg.Rtaddr, random.Qword(Root, Root, Root | 0x400, Root | 0x800, Hole, Root | Bit())).GetQ(Reg.Rtaddr)),
        4 => Make("queue and table addresses", s => random.OneIn(2) ? s.SetQ(Reg.Iqa, Queue | random.Qword(0ul, 0, 1, 7)) : s.SetQ(Reg.Irta, Irt | random.Qword(0ul, 3, 0xf, 0x803))),
        _ => Make("unaligned or narrow store", s => random.OneIn(2)
            ? s.Write(random.Of('b', 'w'), Unit + (ulong)random.Below(0x230), 0xffff) : s.Write('l', Unit + (4 * (ulong)random.Below(0x8c)) + 1 + (ulong)random.Below(3), 0xffffffff)),
    };

    private Operation RegisterRead() => Make("loads", s => random.Below(3) switch
    {
        0 => s.Read('l', Unit + random.Of(WordOffsets)),
        1 => s.Read('q', Unit + random.Of(LongOffsets)),
        _ => s.Read(random.Of('b', 'w', 'l', 'q'), Unit + (ulong)random.Below(0x240)),
    });

    private Operation Configuration()
    {
        var edu = random.Of(A, B);
        return random.Below(4) switch
        {
            0 => Make("configuration read", s => s.ConfigRead(0, random.Of(edu.DevFn, edu.DevFn, 0x29, 0x38), random.Below(64), 'b')
                .ConfigRead(0, edu.DevFn, 4 * random.Below(24), 'l')),
            1 => Make("BAR moved and moved back", s => s.ConfigWrite(0, edu.DevFn, 0x10, 'l', random.Dword(0xffffffffu, 0xe0700000, 0)).ConfigRead(0, edu.DevFn, 0x10, 'l').Read('l', edu.Bar).Edu(edu).Read('l', edu.Bar)),
            2 => Make("command register", s => s.ConfigWrite(0, edu.DevFn, 4, 'w', random.Dword(6u, 6, 2, 0x406, 0xffff, 4)).ConfigRead(0, edu.DevFn, 4, 'l')),
            _ => Make("devices enabled", s => s.Edu(A).Edu(B)),
        };
    }

    private Operation Device()
    {
        var edu = random.Of(A, B);
        return random.Below(3) switch
        {
            0 => Make("edu's registers", s => s.Write('l', edu.Bar + 4, (uint)random.Next()).Read('l', edu.Bar + 4).Read('q', edu.Bar + random.Qword(0x80ul, 0x88, 0x90, 0x98))),
            1 => Make("buffer loaded", s => s.Lines($"memset 0x{Scratch:x} 0x800 0x{random.Below(256):x}").DmaRead(edu, random.Qword(Scratch, Iova), 0x400)),
            _ => Make("factorial", s => s.Write('l', edu.Bar + 8, (uint)random.Below(20)).Settle(edu.Bar + 0x20).Read('l', edu.Bar + 8)),
        };
    }

    private Operation Interrupts()
    {
        var edu = random.Of(A, B);
        return random.Below(3) switch
        {
            0 => Make("remapping entry", s => s.Qwords(Irt + (16 * (ulong)random.Below(3)), random.Qword(0x310001ul, 0x310003, 0, 0x311001), random.Qword(0ul, 0x40028, 0x40029))),
            1 => Make("MSI set up", s => s.Msi(edu, random.Qword(Status + 0xc0, Iova + 0x2f0, 0xfee00010, 0xfee00030, 0xfee00000, Iova + 0x9000), 0x31)),
            _ => Make("interrupt", s => s.Interrupt(edu).Dump(Status + 0xc0, 8).Dump(Target + 0x2f0, 8).Fault()),
        };
    }

    private Operation Memory()
    {
        var at = Scratch + (ulong)random.Below(64);
        return Make("memory", s => random.Below(4) switch
        {
            0 => s.Write(random.Of('b', 'w', 'l', 'q'), at, random.Next()).Dump(Scratch, 80),
            1 => s.Lines($"write 0x{at:x} 4 0x{random.Next():x16}").Read('q', at),
            2 => s.Lines($"b64write 0x{at:x} 6 {Convert.ToBase64String(BitConverter.GetBytes(random.Next())[..6])}", $"b64read 0x{at:x} 9"),
            _ => s.Lines($"memset 0x{at:x} {random.Below(20)} 0x{random.Below(256):x}").Dump(Scratch, 80),
        });
    }

    private ulong Bit() => 1ul << random.Of(6, 7, 9, 10, 11, 39, 40, 45, 47, 48, 50, 51, 52, 61, 62, 63);

    private static Operation Make(string name, Func<Script, Script> script) => new(name, script(new Script()).Registers().Steps);
}
