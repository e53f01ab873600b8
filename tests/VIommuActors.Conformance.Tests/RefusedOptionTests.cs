using VIommuActors.Conformance.Tests.Targets;

namespace VIommuActors.Conformance.Tests;

/// <summary>Options that QEMU refuses: the product ends as QEMU does and says the same.</summary>
[Trait("Category", "qemu")]
public sealed class RefusedOptionTests
{
    public static TheoryData<string> Options =>
    [
        "aw-bits=57", "aw-bits=40", "aw-bits=300", "aw-bits=", "aw-bits=wide", "eim=on", "intremap=off,eim=on", "x-pasid-mode=on", "caching-mode=maybe",
        "bogus=1", "dma-drain=off,x-scalable-mode=on", "caching-mode=", "intremap=perhaps",
    ];

    public static TheoryData<string> Devices => ["intel-iommu", "edu,addr=5,addr=40", "edu,addr=0", "nothing", "edu,bus=nowhere", "edu,bogus=1"];

    [Theory, MemberData(nameof(Options))]
    public void A_refused_unit_option(string options) => Alike(new Platform(options));

    [Theory, MemberData(nameof(Devices))]
    public void A_refused_device(string device) => Alike(new Platform("", device));

    private static void Alike(Platform platform)
    {
        var theirs = MachineProcess.Refusal(MachineProgram.Qemu, platform);
        Assert.StartsWith("exit 1: ", theirs, StringComparison.Ordinal);
        Assert.Equal(theirs, MachineProcess.Refusal(MachineProgram.Subject, platform));
    }
}
