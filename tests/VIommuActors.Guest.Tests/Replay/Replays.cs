using System.Text;
using VIommuActors.Guest.Cpu;
using VIommuActors.Guest.Driver;
using VIommuActors.Guest.Recording;
using VIommuActors.Guest.Replay;
using VIommuActors.Guest.Tests.Recording;
using VIommuActors.Oracle;
using VIommuActors.Vtd;
using VIommuActors.Vtd.Memory;
using VIommuActors.Vtd.Translation;

namespace VIommuActors.Guest.Tests.Replay;

/// <summary>Runs a recording against a real unit whose devices work at once, and which completes at once unless told otherwise.</summary>
internal sealed class Replays : IVtdHost
{
    private readonly TraceProgram _program;

    public Replays(RecordedTrace recording, bool deviceTlb = false, bool unmapWhileInFlight = false, long thinkFactor = 0)
    {
        Script = new ReplayScript(recording);
        var ramBytes = Script.TopAddress + (32UL << 20);
        Ram = new GuestRam(ramBytes);
        var options = recording.Summary is { Cap: { } cap, Ecap: { } ecap } ? VtdOptions.FromCapabilities(cap, ecap) : new VtdOptions();
        Unit = new VtdUnit(options with { DeviceTlb = deviceTlb }, Ram, this);
        var settings = new ReplaySettings
        {
            UnitBase = FakeCpu.UnitBase,
            UnmapWhileInFlight = unmapWhileInFlight,
            DeviceTlb = deviceTlb,
            ThinkFactor = thinkFactor,
            ThinkDivisor = 2,
            InvalidationTimeoutNs = 10_000_000_000,
            Backlog = 64,
        };
        Cpu = new FakeCpu(Ram) { Load = Unit.Read, Store = Unit.Write, Work = (device, segments) => Access(device, segments[0]) };
        var heap = new GuestHeap(Script.TopAddress, ramBytes);
        _program = new TraceProgram(Script, settings, heap, domain => new DomainKey(domain.Value), new ReplayReport());
    }

    public static string Header { get; } = "0 R 8 8 d2008c22260206\n1 R 10 8 f00f4a\n";

    public ReplayScript Script { get; }

    public GuestRam Ram { get; }

    public VtdUnit Unit { get; }

    public FakeCpu Cpu { get; }

    public ReplayReport Report => _program.Report;

    /// <summary>Accesses the unit refused.</summary>
    public int Refused { get; private set; }

    /// <summary>Changes a descriptor or a status on its way to the comparison.</summary>
    public Func<ulong, ulong> Twist { get; set; } = value => value;

    public static RecordedTrace Read(string text) => RecordedTrace.Read(new MemoryStream(Encoding.UTF8.GetBytes(text)), "t.trace");

    public static RecordedTrace Real(string name)
    {
        using var file = RealFiles.Open(name);
        return RecordedTrace.Read(file, name);
    }

    public Replays Run()
    {
        Bench.Run(_program.Run(Cpu));
        return this;
    }

    public GuestCode Start() => StartOn(Cpu);

    public GuestCode StartOn(FakeCpu cpu) => _program.Run(cpu);

    private void Access(int device, DmaSegment segment)
    {
        var answer = Unit.Translate(Script.Sources[device], segment.Address, segment.IsWrite ? Permission.Write : Permission.Read);
        if (!answer.Ok)
        {
            Refused++;
            return;
        }
        var watch = (FakeWatch)Cpu.Watch;
        watch.Oracle.Accessed(0, Script.Sources[device], 0, segment.Address, answer.Address, segment.Bytes, segment.IsWrite);
    }

    bool IVtdHost.Flushed(in VIommuActors.Vtd.Invalidation.Invalidation invalidation) => true;

    void IVtdHost.SendMessage(GuestPhysical address, uint data)
    {
    }

    void IVtdHost.DescriptorFetched(ulong low, ulong high) => _program.Fetched(Twist(low), high);

    void IVtdHost.StatusWritten(GuestPhysical address, uint data) => _program.StatusWritten(address, (uint)Twist(data));
}
