namespace VIommuActors.Conformance.Tests.Targets;

/// <summary>A program that is a machine for a qtest client, and how its virtual time is moved.</summary>
/// <param name="Name">For reports.</param>
/// <param name="Path">The executable.</param>
/// <param name="OwnTime">
/// True for a QEMU without the qtest accelerator, as Debian builds it: <c>clock_step</c> is unknown to it, and its virtual time jumps to the next
/// timer whenever its halted CPU has nothing to do.
/// </param>
public sealed record MachineProgram(string Name, string Path, bool OwnTime)
{
    private const int BiosBytes = 65536, ResetVector = 0xfff0;

    /// <summary>What every machine of these tests has.</summary>
    public static IReadOnlyList<string> Common { get; } = ["-display", "none", "-net", "none", "-m", "512"];

    private static readonly Lazy<string> HaltingBios = new(WriteHaltingBios);

    /// <summary>The real QEMU: the path in VIOMMU_QEMU, or the one on the path.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public static MachineProgram Qemu { get; } = new("QEMU", Environment.GetEnvironmentVariable("VIOMMU_QEMU") ?? OnPath(), OwnTime: true);

    /// <summary>The product's launcher; or QEMU once more when VIOMMU_SUBJECT is <c>qemu</c>, which shows that the comparison itself is sound.</summary>
    public static MachineProgram Subject { get; } = Environment.GetEnvironmentVariable("VIOMMU_SUBJECT") switch
    {
        "qemu" => Qemu with { Name = "QEMU again" },
        { } path => new("the subject", path, OwnTime: false),
        null => new("viommu", Launcher(), OwnTime: false),
    };

    /// <summary>The options of the machine itself, equal for all programs but for what moves the time.</summary>
    /// <remarks>Without a PIT no timer runs but the ones that the tests start; the BIOS consists of HLT, so that the CPU never touches memory.</remarks>
    public IReadOnlyList<string> Arguments(Platform platform) =>
    [
        .. OwnTime
            ? ["-machine", "q35,pit=off", "-accel", "tcg", "-icount", "shift=0,sleep=off", "-bios", HaltingBios.Value]
            : (string[])["-machine", "q35", "-accel", "qtest"],
        .. Common, .. platform.Arguments,
    ];

    private static string OnPath()
    {
        var found = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
            .Select(directory => System.IO.Path.Combine(directory, "qemu-system-x86_64")).FirstOrDefault(File.Exists);
        return found ?? throw new InvalidOperationException(
            "These tests hold the product against the real QEMU and there is no qemu-system-x86_64: " +
            "apt-get install -y --no-install-recommends qemu-system-x86, or name one in VIOMMU_QEMU.");
    }

    private static string Launcher()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
            if (File.Exists(System.IO.Path.Combine(directory.FullName, "VIommuActors.sln")))
                return System.IO.Path.Combine(directory.FullName, "src", "VIommuActors.Cli", "qemu-system-x86_64");
        throw new InvalidOperationException($"{AppContext.BaseDirectory} lies in no checkout of the project.");
    }

    private static string WriteHaltingBios()
    {
        const byte hlt = 0xf4, cli = 0xfa, jmp = 0xeb;
        var image = new byte[BiosBytes];
        image.AsSpan().Fill(hlt);
        ((ReadOnlySpan<byte>)[cli, hlt, jmp, unchecked((byte)-3)]).CopyTo(image.AsSpan(ResetVector));
        var path = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"viommu-halt-{Environment.ProcessId}.bin");
        File.WriteAllBytes(path, image);
        return path;
    }
}

/// <summary>The machine that a case runs on, as both programs' command lines name it.</summary>
/// <param name="Unit">Options of <c>-device intel-iommu</c>, without a leading comma; empty for none.</param>
/// <param name="Devices">Further <c>-device</c> values in order.</param>
public sealed record Platform(string Unit, params IReadOnlyList<string> Devices)
{
    /// <summary>An edu at 00:05.0 that can reach 64-bit addresses, and a second one at 00:06.0.</summary>
    public static Platform TwoEdus(string unit = "") => new(unit, "edu,addr=5,dma_mask=0xffffffffffffffff", "edu,addr=6,dma_mask=0xffffffffffffffff");

    /// <summary>The command line words.</summary>
    public IReadOnlyList<string> Arguments =>
        [.. ((string[])[Unit.Length == 0 ? "intel-iommu" : $"intel-iommu,{Unit}", .. Devices]).SelectMany(device => (string[])["-device", device])];
}
