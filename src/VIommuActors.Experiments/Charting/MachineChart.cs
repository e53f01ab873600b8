using System.Globalization;
using VIommuActors.Experiments.Exploring;
using VIommuActors.Protocols.Messages;
using VIommuActors.Trace;
using VIommuActors.Trace.Charts;
using VIommuActors.Vtd.Spec;

namespace VIommuActors.Experiments.Charting;

/// <summary>The words of a machine's charts: registers have their names, accesses a direction, parties what they stand for.</summary>
public static class MachineChart
{
    private const ulong InPage = 0xfff;

    /// <summary>For charts of traces that machines wrote.</summary>
    public static ChartOptions Options { get; } = new()
    {
        Granted = "mapped here",
        Revoked = "the guest saw the invalidation complete here",
        NeverCame = property => !MachineWorld.IsSafety(property),
        Says = Says,
        About = About,
        Place = Place,
    };

    /// <summary>Name of the register at an address; the address for one that has none. Units lie at page borders.</summary>
    public static string Register(ulong address) => (uint)(address & InPage) switch
    {
        RegisterOffset.Ver => "VER_REG",
        RegisterOffset.Cap => "CAP_REG",
        RegisterOffset.Ecap => "ECAP_REG",
        RegisterOffset.Gcmd => "GCMD_REG",
        RegisterOffset.Gsts => "GSTS_REG",
        RegisterOffset.Rtaddr => "RTADDR_REG",
        RegisterOffset.Ccmd => "CCMD_REG",
        RegisterOffset.Fsts => "FSTS_REG",
        RegisterOffset.Fectl => "FECTL_REG",
        RegisterOffset.Fedata => "FEDATA_REG",
        RegisterOffset.Feaddr => "FEADDR_REG",
        RegisterOffset.Feuaddr => "FEUADDR_REG",
        RegisterOffset.Iqh => "IQH_REG",
        RegisterOffset.Iqt => "IQT_REG",
        RegisterOffset.Iqa => "IQA_REG",
        RegisterOffset.Ics => "ICS_REG",
        RegisterOffset.Iectl => "IECTL_REG",
        RegisterOffset.Iedata => "IEDATA_REG",
        RegisterOffset.Ieaddr => "IEADDR_REG",
        RegisterOffset.Ieuaddr => "IEUADDR_REG",
        RegisterOffset.Iqercd => "IQERCD_REG",
        RegisterOffset.Irta => "IRTA_REG",
        RegisterOffset.Iva => "IVA_REG",
        RegisterOffset.Iotlb => "IOTLB_REG",
        >= RegisterOffset.Frcd and < RegisterOffset.Frcd + 16 => "FRCD_REG",
        _ => Hex(address),
    };

    /// <summary>What a message says, where its arguments alone are hard to read; else null.</summary>
    private static string? Says(TraceEvent step) => step.Message switch
    {
        nameof(MmioAccess) when Bits(step, "addr") is { } address && Bits(step, "write") is { } write => write == 1
            ? $"write {Register(address)} = {Hex(Bits(step, "value") ?? 0)}"
            : $"read {Register(address)}",
        nameof(Unhandleable) when Bits(step, "addr") is { } address => $"{Register(address)} = {Hex(Bits(step, "value") ?? 0)}",
        nameof(TranslateCall) when Bits(step, "iova") is { } iova && Bits(step, "wanted") is { } wanted =>
            $"iova={Hex(iova)} for {Permission(wanted)}",
        nameof(DmaAccess) when Bits(step, "iova") is { } iova && Bits(step, "gpa") is { } gpa => string.Create(
            CultureInfo.InvariantCulture, $"{Direction(step)} {Bits(step, "bytes")} B gpa={Hex(gpa)} iova={Hex(iova)}"),
        nameof(Doorbell) when Bits(step, "iova") is { } iova => string.Create(
            CultureInfo.InvariantCulture, $"DMA {Direction(step)} iova={Hex(iova)} work={Bits(step, "work")}"),
        _ => null,
    };

    private static string? About(string party) => KindOf(party) switch
    {
        Party.Vcpu => "guest vCPU",
        Party.VIommu => "the hypervisor's vIOMMU",
        Party.Ioreq => "the hypervisor's ioreq server",
        Party.Dummy => "QEMU's dummy vIOMMU",
        Party.Device => "device in QEMU",
        Party.Memory => "guest RAM",
        _ => null,
    };

    // As a mail would draw it: guest, hypervisor, device model, memory.
    private static int Place(string party) => (int)KindOf(party);

    /// <summary>With several guests a party's name begins with that of its guest, as in <c>g1.vcpu-0</c>.</summary>
    private static Party KindOf(string party)
    {
        var name = party.StartsWith('g') ? party[(party.IndexOf('.', StringComparison.Ordinal) + 1)..] : party;
        return name switch
        {
            "ioreq" => Party.Ioreq,
            "memory" => Party.Memory,
            _ when name.StartsWith("vcpu-", StringComparison.Ordinal) => Party.Vcpu,
            _ when name.StartsWith("viommu-", StringComparison.Ordinal) => Party.VIommu,
            _ when name.StartsWith("dummy-", StringComparison.Ordinal) => Party.Dummy,
            _ when name.StartsWith("dev-", StringComparison.Ordinal) => Party.Device,
            _ => Party.Outside,
        };
    }

    private static string Direction(TraceEvent step) => Bits(step, "write") == 1 ? "write" : "read";

    private static string Permission(ulong wanted) => wanted switch
    {
        1 => "read",
        2 => "write",
        _ => "read and write",
    };

    private static ulong? Bits(TraceEvent step, string name)
    {
        foreach (var arg in step.Args)
        {
            if (arg.Name == name && arg.Kind != TraceValueKind.Text) return arg.Bits;
        }
        return null;
    }

    private static string Hex(ulong value) => string.Create(CultureInfo.InvariantCulture, $"0x{value:x}");

    /// <summary>From left to right.</summary>
    private enum Party
    {
        Outside,
        Vcpu,
        VIommu,
        Ioreq,
        Dummy,
        Device,
        Memory,
    }
}
