using System.Collections.Immutable;
using VIommuActors.Machine.Mutants;
using VIommuActors.Protocols;
using VIommuActors.Protocols.Seam;

namespace VIommuActors.Experiments.Exploring;

/// <summary>Every deliberate defect there is: those of the designs in their order, then those of the machine.</summary>
public static class MutantCatalog
{
    /// <summary>All of them.</summary>
    public static ImmutableArray<Mutant> All { get; } =
        [.. ProtocolCatalog.All.SelectMany(protocol => protocol.Mutants), .. MachineMutants.All];

    /// <summary>The one called <paramref name="name"/>, or null.</summary>
    public static Mutant? Find(string name) => All.FirstOrDefault(mutant => mutant.Name == name);
}
