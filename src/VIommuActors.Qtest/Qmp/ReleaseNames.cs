using System.Collections.Immutable;
using VIommuActors.Vtd;

namespace VIommuActors.Qtest.Qmp;

/// <summary>What a release calls itself and its machine.</summary>
/// <param name="Major">First number of the version.</param>
/// <param name="Minor">Second number.</param>
/// <param name="Micro">Third number.</param>
/// <param name="MaxCpus">CPUs that its q35 takes.</param>
public sealed record ReleaseNames(int Major, int Minor, int Micro, int MaxCpus)
{
    /// <summary>Not a build of QEMU, and it says so.</summary>
    public const string Package = "viommu";

    /// <summary>The names of a release.</summary>
    public static ReleaseNames Of(QemuRelease release) => release == QemuRelease.Qemu7 ? new(7, 2, 22, 288) : new(11, 1, 3, 4096);

    /// <summary>Its q35 by version.</summary>
    public string Machine => FormattableString.Invariant($"pc-q35-{Major}.{Minor}");

    /// <summary>Three numbers.</summary>
    public string Version => FormattableString.Invariant($"{Major}.{Minor}.{Micro}");
}
