using System.CommandLine;
using VIommuActors.Cli.Verbs.Cluster;
using VIommuActors.Cli.Verbs.Scenarios;

namespace VIommuActors.Cli.Verbs;

/// <summary>The verbs in the order in which help lists them.</summary>
internal static class VerbCatalog
{
    /// <summary>Makes all of them.</summary>
    public static IEnumerable<Command> All(ToolHost host) =>
    [
        new CompareVerb(host),
        new RunVerb(host),
        new ScaleVerb(host),
        new ExploreVerb(host),
        new ReplayVerb(host),
        new ShrinkVerb(host),
        new ChartVerb(host),
        new NodeVerb(host),
        new ClusterVerbs(host),
        new QtestVerb(host),
        new MutantsVerb(host),
        new ScenarioVerbs(host),
        new DoctorVerb(host),
    ];
}
