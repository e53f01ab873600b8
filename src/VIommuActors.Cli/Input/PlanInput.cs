using System.CommandLine;
using VIommuActors.Blueprints.Faults;
using VIommuActors.Cli.Reporting;

namespace VIommuActors.Cli.Input;

/// <summary>The option that names a fault plan for nodes.</summary>
internal sealed class PlanInput
{
    private const string Accepted = "a plan that viommu cluster run recorded, with nodes of both roles";

    /// <summary>The file.</summary>
    public Option<string?> Option { get; } = new("--plan")
    {
        Description = "Carry out a cluster run's fault plan on the guests' halves, in virtual time",
        HelpName = "FILE",
    };

    /// <summary>Reads the plan; null when none was asked for.</summary>
    /// <exception cref="ToolException">It is none, or cannot be read.</exception>
    public FaultPlan? Load(ParseResult parse) => parse.GetValue(Option) is { } path ? Read("--plan", path) : null;

    /// <summary>Reads a plan.</summary>
    /// <param name="key">What named the file, for messages.</param>
    /// <param name="path">The file.</param>
    /// <exception cref="ToolException">It is none, or cannot be read.</exception>
    public static FaultPlan Read(string key, string path)
    {
        if (!File.Exists(path)) throw ToolException.Usage(key, path, "there is no such file", Accepted);
        try
        {
            if (new FileInfo(path).Length > FaultPlan.MaxBytes)
                throw ToolException.Usage(key, path, "too large", $"at most {FaultPlan.MaxBytes >> 20} MiB");
            var plan = FaultPlan.Parse(File.ReadAllText(path));
            _ = new PlanPlaces(plan);
            return plan;
        }
        catch (FormatException malformed)
        {
            throw ToolException.Usage(key, path, malformed.Message.TrimEnd('.'), Accepted);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw ToolException.Usage(key, path, unreadable.Message.TrimEnd('.'), Accepted);
        }
    }
}
