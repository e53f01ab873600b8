using System.Collections.Immutable;
using System.Globalization;
using VIommuActors.Guest.Cpu;
using VIommuActors.Oracle;
using VIommuActors.Vtd;
using VIommuActors.Vtd.Memory;

namespace VIommuActors.Guest.Tests;

/// <summary>Virtual time, moved by what guest code does.</summary>
internal sealed class Clock : IRunPosition
{
    public long NowNs { get; set; }

    public long Step => NowNs;
}

/// <summary>Looking at journals.</summary>
internal static class Journals
{
    /// <summary>The acts that begin with a text.</summary>
    public static IEnumerable<string> Only(this IEnumerable<string> journal, string prefix) =>
        journal.Where(act => act.StartsWith(prefix, StringComparison.Ordinal));
}

/// <summary>
/// A vCPU without a machine. Everything it does goes into one journal, in order: <c>R8 28</c>, <c>W4 18 4000000</c> (size, offset from
/// the unit's base, value), pauses, rings. By default each instruction is over at once; with <see cref="Stepped"/> register accesses
/// and pauses wait for <see cref="Go"/>. <see cref="IGuestCpu.Block"/> always waits.
/// </summary>
internal sealed class FakeCpu : IGuestCpu, ICpuWaitOwner, IDice
{
    public const ulong UnitBase = 0xfed90000;

    private readonly Clock _clock;
    private Action? _continuation;
    private Func<ulong>? _pending;
    private ulong _value;
    private bool _blocked, _unblocked;
    private long _lastWork;

    public FakeCpu(IGuestMemory memory, List<string>? journal = null, Clock? clock = null, int index = 0)
    {
        Memory = memory;
        Journal = journal ?? [];
        _clock = clock ?? new Clock();
        Index = index;
        Watch = new FakeWatch(Journal, _clock);
        _lastWork = index * 1000;
    }

    public List<string> Journal { get; }

    public int Guest => 0;

    public int Index { get; }

    public long NowNs => _clock.NowNs;

    public IGuestMemory Memory { get; }

    public IGuestWatch Watch { get; set; }

    public IDice Dice => this;

    public bool HandlesFault { get; set; }

    /// <summary>What a register access takes.</summary>
    public long AccessNs { get; set; } = 1500;

    /// <summary>Answers loads; offset from the unit's base.</summary>
    public Func<uint, int, ulong> Load { get; set; } = (_, _) => 0;

    /// <summary>Takes stores.</summary>
    public Action<uint, int, ulong> Store { get; set; } = (_, _, _) => { };

    /// <summary>Does a device's work.</summary>
    public Action<int, ImmutableArray<DmaSegment>> Work { get; set; } = (_, _) => { };

    /// <summary>Draws.</summary>
    public Func<int, int> Draw { get; set; } = _ => 0;

    public HashSet<int> Interrupts { get; } = [];

    /// <summary>Instructions wait for <see cref="Go"/>.</summary>
    public bool Stepped { get; set; }

    public bool IsBlocked => _blocked;

    public bool HasPending => _pending is not null;

    public static string Hex(ulong value) => value.ToString("x", CultureInfo.InvariantCulture);

    public CpuWait Read(ulong address, int size) => Do(() =>
    {
        _clock.NowNs += AccessNs;
        Journal.Add($"R{size} {Hex(address - UnitBase)}");
        return Load((uint)(address - UnitBase), size);
    });

    public CpuWait Write(ulong address, int size, ulong value) => Do(() =>
    {
        _clock.NowNs += AccessNs;
        Journal.Add($"W{size} {Hex(address - UnitBase)} {Hex(value)}");
        Store((uint)(address - UnitBase), size, value);
        return 0;
    });

    public CpuWait Pause(long ns) => Do(() =>
    {
        _clock.NowNs += ns;
        Journal.Add($"pause {ns}");
        return 0;
    });

    public long Ring(int device, ImmutableArray<DmaSegment> segments, int uses, Grant grant)
    {
        Journal.Add($"ring {device} {string.Join(' ', segments.Select(s => $"{s.Address}+{s.Bytes}{(s.IsWrite ? "w" : "r")}"))} x{uses}");
        Work(device, segments);
        return ++_lastWork;
    }

    public CpuWait Completion(long work)
    {
        Journal.Add($"completion {work}");
        return default;
    }

    public CpuWait Backlog(int count)
    {
        Journal.Add($"backlog {count}");
        return default;
    }

    public CpuWait Block()
    {
        if (!_unblocked)
        {
            _blocked = true;
            return new CpuWait(this);
        }
        _unblocked = false;
        return default;
    }

    public bool TakeInterrupt(int unit) => Interrupts.Remove(unit);

    public void Unblock()
    {
        if (!_blocked)
        {
            _unblocked = true;
            return;
        }
        _blocked = false;
        Resume();
    }

    public int Next(int bound) => Draw(bound);

    /// <summary>Carries out the instruction that waits.</summary>
    public void Go()
    {
        var pending = _pending ?? throw new InvalidOperationException($"vCPU {Index} waits for nothing.");
        _pending = null;
        _value = pending();
        Resume();
    }

    bool ICpuWaitOwner.HasHappened => _pending is null && !_blocked;

    ulong ICpuWaitOwner.TakeValue() => _value;

    void ICpuWaitOwner.WhenHappened(Action continuation) => _continuation = continuation;

    private CpuWait Do(Func<ulong> instruction)
    {
        if (_pending is not null || _blocked) throw new InvalidOperationException($"vCPU {Index} does two things at once.");
        if (Stepped) _pending = instruction;
        else _value = instruction();
        return new CpuWait(this);
    }

    private void Resume()
    {
        var continuation = _continuation;
        _continuation = null;
        continuation?.Invoke();
    }
}
