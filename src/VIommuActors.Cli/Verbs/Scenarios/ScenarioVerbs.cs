using System.CommandLine;

namespace VIommuActors.Cli.Verbs.Scenarios;

/// <summary><c>viommu scenario</c>: what there is, what it resolves to, what is wrong with it.</summary>
internal sealed class ScenarioVerbs : Command
{
    /// <summary>Declares the group.</summary>
    public ScenarioVerbs(ToolHost host)
        : base("scenario", "List, show and check scenarios")
    {
        Add(new ScenarioListVerb(host));
        Add(new ScenarioShowVerb(host));
        Add(new ScenarioLintVerb(host));
    }
}
