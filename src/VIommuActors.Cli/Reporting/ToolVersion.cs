using System.Reflection;
using System.Runtime.InteropServices;

namespace VIommuActors.Cli.Reporting;

/// <summary>What this build calls itself.</summary>
internal static class ToolVersion
{
    /// <summary>Version and commit as the build recorded them: <c>0.1.0+COMMIT</c>, or the version alone.</summary>
    public static string Full { get; } =
        typeof(ToolVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0";

    /// <summary>The version alone. Traces carry this one: they must not differ by who built the tool.</summary>
    public static string Number { get; } = Full.Split('+')[0];

    /// <summary>The commit, or null when the build did not know one.</summary>
    public static string? Commit { get; } = Full.Split('+', 2) is [_, var commit] ? commit : null;

    /// <summary>The runtime, its platform included.</summary>
    public static string Runtime { get; } = $"{RuntimeInformation.FrameworkDescription} {RuntimeInformation.RuntimeIdentifier}";

    /// <summary>What <c>--version</c> prints.</summary>
    public static string Line => $"viommu {Number} (commit {Commit ?? "unknown"}) {Runtime}";
}
