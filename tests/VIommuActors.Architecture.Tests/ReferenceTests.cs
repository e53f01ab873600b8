using System.Xml.Linq;

namespace VIommuActors.Architecture.Tests;

/// <summary>Who may know whom. An arrow that is not in this table does not exist, and a project that is not in it has no place yet.</summary>
public sealed class ReferenceTests
{
    private static readonly string[] Cores = ["Vtd", "Xen", "Trace", "Oracle", "Guest", "Protocols"];
    private static readonly string[] BelowExperiments = [.. Cores, "Seeds", "Machine", "Actors", "Simulation", "Scenarios", "Blueprints"];

    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Vtd"] = [],
        ["Xen"] = [],
        ["Trace"] = [],
        ["Scenarios"] = [],
        ["Seeds"] = [],
        ["Simulation"] = ["Seeds"],
        ["Oracle"] = ["Vtd"],
        ["Guest"] = ["Vtd", "Oracle"],
        ["Protocols"] = ["Vtd", "Xen", "Trace"],
        ["Wire"] = ["Vtd", "Xen", "Trace", "Protocols"],
        ["Machine"] = ["Vtd", "Xen", "Protocols", "Guest", "Oracle", "Trace"],
        ["Actors"] = [.. Cores, "Machine"],
        ["Blueprints"] = [.. Cores, "Seeds", "Machine", "Actors", "Scenarios"],
        ["RealTime"] = [.. Cores, "Seeds", "Machine", "Actors", "Scenarios", "Blueprints"],
        ["Exploration"] = ["Seeds", "Simulation", "Trace"],
        ["Experiments"] = [.. BelowExperiments, "Exploration"],
        ["Q35"] = [.. Cores, "Seeds", "Machine", "Actors", "Simulation"],
        ["Qtest"] = ["Q35", "Protocols", "Vtd", "Trace"],
        ["Cluster"] = [.. Cores, "Seeds", "Machine", "Actors", "Scenarios", "Blueprints", "RealTime", "Wire"],
        ["Cli"] = [.. BelowExperiments, "Exploration", "Experiments", "RealTime", "Wire", "Cluster", "Q35", "Qtest"],
    };

    /// <summary>Packages, by the assemblies they bring. Projects that are not named take the base library and nothing else.</summary>
    private static readonly Dictionary<string, string[]> Packages = new()
    {
        ["Simulation"] = ["Akka"],
        ["Exploration"] = ["Akka"],
        ["Actors"] = ["Akka"],
        ["Blueprints"] = ["HdrHistogram"],
        ["RealTime"] = ["Akka", "HdrHistogram"],
        ["Experiments"] = ["Akka", "HdrHistogram"],
        ["Q35"] = ["Akka"],
        ["Wire"] = ["Akka", "Google.Protobuf"],
        ["Cluster"] =
        [
            "Akka", "Akka.Remote", "Akka.Cluster", "Akka.Cluster.Sharding", "Akka.Hosting", "Serilog", "HdrHistogram",
            // A node answers over HTTP.
            "Microsoft.AspNetCore", "Microsoft.AspNetCore.Hosting.Abstractions", "Microsoft.AspNetCore.Hosting.Server.Abstractions",
            "Microsoft.AspNetCore.Http.Abstractions", "Microsoft.AspNetCore.Http.Features", "Microsoft.AspNetCore.Server.Kestrel",
            "Microsoft.AspNetCore.Server.Kestrel.Core", "Microsoft.Extensions.Configuration", "Microsoft.Extensions.Configuration.Abstractions",
            "Microsoft.Extensions.DependencyInjection.Abstractions", "Microsoft.Extensions.Diagnostics.HealthChecks",
            "Microsoft.Extensions.Diagnostics.HealthChecks.Abstractions", "Microsoft.Extensions.Features",
            "Microsoft.Extensions.Hosting.Abstractions", "Microsoft.Extensions.Primitives", "Microsoft.Net.Http.Headers",
            // And tells a collector, if there is one.
            "OpenTelemetry", "OpenTelemetry.Exporter.OpenTelemetryProtocol", "OpenTelemetry.Extensions.Hosting",
            "OpenTelemetry.Api", "OpenTelemetry.Api.ProviderBuilderExtensions",
        ],
    };

    public static TheoryData<string> Projects => [.. Product.Projects];

    public static TheoryData<string> Libraries => [.. Product.Projects.Where(project => project != "Cli")];

    [Theory, MemberData(nameof(Projects))]
    public void A_project_refers_only_to_the_projects_it_may_know(string project)
    {
        Assert.Contains(project, Allowed.Keys);
        Check.None(NotListed(project, Compiled(project), Allowed));
        Check.None(NotListed(project, Written(project), Allowed));
    }

    [Theory, MemberData(nameof(Libraries))]
    public void A_library_refers_only_to_the_packages_it_may_use(string project) =>
        Check.None(NotListed(project, Outside(Product.Metadata(project)), Packages));

    [Theory]
    [InlineData("Vtd")]
    [InlineData("Xen")]
    [InlineData("Protocols")]
    [InlineData("Guest")]
    [InlineData("Machine")]
    [InlineData("Oracle")]
    [InlineData("Trace")]
    [InlineData("Scenarios")]
    [InlineData("Seeds")]
    public void Akka_stays_out_of_what_the_actors_host(string project) => Check.None(AkkaIn(Product.Metadata(project)));

    /// <summary>A project outside the solution is neither built nor tested by the command that the README gives, and nobody would see.</summary>
    [Fact]
    public void Every_project_is_in_the_solution()
    {
        var solution = File.ReadAllText(Path.Combine(Product.Root, "VIommuActors.sln"));
        var projects = ((string[])["src", "tests"])
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Product.Root, folder), "*.csproj", SearchOption.AllDirectories))
            .Select(path => Path.GetFileName(path)).ToArray();
        Assert.Contains("VIommuActors.Wire.Tests.csproj", projects);
        Check.None(projects.Where(project => !solution.Contains(project, StringComparison.Ordinal)));
    }

    [Fact]
    public void The_rules_see_an_arrow_that_is_not_listed()
    {
        Assert.Equal(["Vtd → Oracle"], NotListed("Vtd", ["Oracle"], Allowed));
        Assert.Equal(["Planted → Vtd"], NotListed("Planted", ["Vtd"], Allowed));
        Assert.NotEmpty(NotListed("Trace", Compiled("Machine"), Allowed));
        Assert.NotEmpty(NotListed("Trace", Written("Machine"), Allowed));
        Assert.Equal(["Vtd → Akka"], NotListed("Vtd", Outside(Product.Metadata("Actors")), Packages));
        Assert.NotEmpty(AkkaIn(Product.Metadata("Actors")));
    }

    private static IEnumerable<string> NotListed(string from, IEnumerable<string> to, Dictionary<string, string[]> table) =>
        to.Except(table.GetValueOrDefault(from, [])).Select(other => $"{from} → {other}");

    private static IEnumerable<string> Compiled(string project) => Product.Metadata(project).Assemblies.Select(Product.ShortName).OfType<string>();

    /// <summary>The references of the project file: one that no code uses yet leaves no trace in the assembly.</summary>
    private static IEnumerable<string> Written(string project) =>
        XDocument.Load(Path.Combine(Product.Root, "src", $"VIommuActors.{project}", $"VIommuActors.{project}.csproj"))
            .Descendants("ProjectReference")
            .Select(reference => Product.ShortName(Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value))!);

    private static IEnumerable<string> Outside(Metadata metadata) => metadata.Assemblies.Where(assembly =>
        Product.ShortName(assembly) is null && assembly != "System" && !assembly.StartsWith("System.", StringComparison.Ordinal));

    private static IEnumerable<string> AkkaIn(Metadata metadata) =>
        metadata.Assemblies.Where(assembly => assembly.StartsWith("Akka", StringComparison.Ordinal));
}
