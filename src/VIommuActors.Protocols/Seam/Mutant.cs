namespace VIommuActors.Protocols.Seam;

/// <summary>
/// A deliberate defect: a small twin of a part of a design, or of the machine around it, that breaks one thing. It is there to show that
/// what is claimed is checked, and runs only when it is asked for by name.
/// </summary>
/// <param name="Name">Name on the command line.</param>
/// <param name="Protocol">Name of the design it breaks.</param>
/// <param name="Breaks">What it does wrong, one sentence.</param>
/// <param name="Property">The property that catches it, such as <c>stale-write</c>.</param>
/// <param name="Search">Where and how it is found.</param>
public record Mutant(string Name, string Protocol, string Breaks, string Property, MutantSearch Search)
{
    /// <summary>The design with the defect in it; null when the defect is in the machine around the design.</summary>
    public IProtocol? Twin { get; init; }
}

/// <summary>A search that finds a defect.</summary>
/// <param name="Scenario">Scenario that has what the defect needs, and little more.</param>
/// <param name="Strategy">Strategy that finds it in 10,000 schedules, nearly whatever the seed.</param>
/// <param name="Faults">Messages that may be harmed in a schedule; 0 when the defect needs no fault.</param>
/// <param name="FaultKinds">Which harm, as <c>--fault-kinds</c> takes it; null for all.</param>
/// <param name="FaultsOn">Which messages or parties, as <c>--faults-on</c> takes it; null for all.</param>
public sealed record MutantSearch(string Scenario, string Strategy, int Faults = 0, string? FaultKinds = null, string? FaultsOn = null);
