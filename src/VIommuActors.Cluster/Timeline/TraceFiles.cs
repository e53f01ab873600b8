using System.Buffers;
using System.Globalization;
using System.Reflection;

namespace VIommuActors.Cluster.Timeline;

/// <summary>Names and place of the traces of halves.</summary>
public static class TraceFiles
{
    /// <summary>What the names end in.</summary>
    public const string Ending = ".jsonl";

    /// <summary>Longest name of a run that is traced.</summary>
    public const int LongestRun = 100;

    private static readonly SearchValues<char> InNames =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_");

    /// <summary>The version that traces say.</summary>
    public static string Tool { get; } =
        (typeof(TraceFiles).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0")
        .Split('+')[0];

    /// <summary>Name of the file of one half.</summary>
    /// <param name="run">The run's name.</param>
    /// <param name="machine">Number of the machine.</param>
    /// <param name="process">0 the hypervisor half, n the device model of session n.</param>
    public static string NameOf(string run, int machine, int process) =>
        string.Create(CultureInfo.InvariantCulture, $"{run}-vm{machine:d4}-p{process}{Ending}");

    /// <summary>The machine that the name of a half's file speaks of; null for any other name.</summary>
    public static int? MachineOf(string name)
    {
        var (from, to) = (name.LastIndexOf("-vm", StringComparison.Ordinal) + 3, name.LastIndexOf("-p", StringComparison.Ordinal));
        if (from < 3 || to <= from) return null;
        var number = name.AsSpan(from, to - from);
        return int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var machine) ? machine : null;
    }

    /// <summary>Name of the merged trace of a machine.</summary>
    public static string NameOfTimeline(string run, int machine) =>
        string.Create(CultureInfo.InvariantCulture, $"{run}-vm{machine:d4}-timeline{Ending}");

    /// <summary>Why a run cannot be traced here, as a sentence; null when it can. Makes the folder.</summary>
    internal static string? Problem(string run, string? folder)
    {
        if (folder is null)
            return "traces are wanted, and this node has no folder for them; start it with one (--trace-folder), or run without traces";
        // The name comes from another node, and becomes part of a path.
        if (run.Length is 0 or > LongestRun || run.AsSpan().ContainsAnyExcept(InNames))
        {
            return string.Create(
                CultureInfo.InvariantCulture,
                $"traces are wanted, and the run's name cannot be that of a file; accepted: 1 to {LongestRun} letters, digits, - and _");
        }
        try
        {
            Directory.CreateDirectory(folder);
            return null;
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return $"traces are wanted, and the folder for them cannot be used: {failed.Message}";
        }
    }
}
