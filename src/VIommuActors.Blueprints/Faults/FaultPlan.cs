using System.Collections.Immutable;
using System.Text.Json;
using VIommuActors.Seeds;

namespace VIommuActors.Blueprints.Faults;

/// <summary>
/// What goes wrong with the nodes of a run and when: drawn from a seed, recorded as JSON, carried out by a cluster run on processes and by
/// the simulator on the halves of machines.
/// </summary>
/// <param name="Schema">Always <see cref="SchemaName"/>.</param>
/// <param name="Seed">What it was drawn from.</param>
/// <param name="DurationMs">How long the run is, in milliseconds.</param>
/// <param name="Roles">The nodes by index: <c>hypervisor</c> or <c>device-model</c>.</param>
/// <param name="LossPerMille">Frames between halves that are lost on purpose, of 1,000.</param>
/// <param name="DuplicatePerMille">Frames that are sent twice on purpose, of 1,000.</param>
/// <param name="Faults">In the order of their times; they do not overlap.</param>
public sealed record FaultPlan(
    string Schema, ulong Seed, long DurationMs, ImmutableArray<string> Roles, int LossPerMille, int DuplicatePerMille,
    ImmutableArray<PlannedFault> Faults)
{
    /// <summary>Name and version of the format.</summary>
    public const string SchemaName = "viommu.fault-plan/1";

    /// <summary>Role of nodes that host memory and vCPUs.</summary>
    public const string Hypervisor = "hypervisor";

    /// <summary>Role of nodes that host dummy vIOMMUs and devices.</summary>
    public const string DeviceModel = "device-model";

    /// <summary>Bytes of the longest plan that is read.</summary>
    public const int MaxBytes = 1 << 20;

    // Long enough to be detected and settled, whatever it was: 3 s of silence, 5 s until the larger part decides, a restart.
    private const long Quiet = 6_000, Settled = 15_000, TooLong = 15_000;

    /// <summary>Draws a plan: six seconds of quiet first, and no fault that would not be over 15 s before the end.</summary>
    /// <param name="seed">Seed.</param>
    /// <param name="durationMs">How long the run is.</param>
    /// <param name="roles">The nodes.</param>
    /// <param name="lossPerMille">Frames lost, of 1,000.</param>
    /// <param name="duplicatePerMille">Frames doubled, of 1,000.</param>
    public static FaultPlan Draw(ulong seed, long durationMs, ImmutableArray<string> roles, int lossPerMille, int duplicatePerMille)
    {
        var dice = new SeededRandom(seed).Derive("fault-plan");
        var faults = ImmutableArray.CreateBuilder<PlannedFault>();
        for (var at = Quiet + dice.Next(4_000); ;)
        {
            var fault = Draw(dice, roles, at);
            if (fault.AtMs + fault.ForMs + Settled > durationMs) break;
            faults.Add(fault);
            var settled = fault.Kind == PlannedFaultKind.Kill || fault.ForMs >= TooLong ? Settled : Quiet;
            at = fault.AtMs + fault.ForMs + settled + dice.Next(8_000);
        }
        return new FaultPlan(SchemaName, seed, durationMs, roles, lossPerMille, duplicatePerMille, faults.ToImmutable());
    }

    /// <summary>Reads a plan.</summary>
    /// <exception cref="FormatException">It is none; the message says why and where.</exception>
    public static FaultPlan Parse(string text)
    {
        FaultPlan plan;
        try
        {
            plan = JsonSerializer.Deserialize(text, FaultPlanJson.Default.FaultPlan) ?? throw new FormatException("the plan is null");
        }
        catch (JsonException malformed)
        {
            throw new FormatException(malformed.Message, malformed);
        }
        return plan.Problem() is { } problem ? throw new FormatException(problem) : plan;
    }

    /// <summary>The plan as JSON.</summary>
    public string Text() => JsonSerializer.Serialize(this, FaultPlanJson.Default.FaultPlan) + "\n";

    private static PlannedFault Draw(SeededRandom dice, ImmutableArray<string> roles, long at)
    {
        var node = dice.Next(roles.Length);
        var kind = dice.Next(100);
        // A hypervisor that is given up takes its machines with it, so most that happens to one is something it survives.
        var (killed, givenUp) = roles[node] == DeviceModel ? (45, 60) : (8, 8);
        if (kind < killed) return new PlannedFault(PlannedFaultKind.Kill, node, at, 2_000 + dice.Next(4_000));
        if (kind < givenUp) return new PlannedFault(PlannedFaultKind.Partition, node, at, TooLong + dice.Next(5_000));
        return kind < 85
            ? new PlannedFault(PlannedFaultKind.Partition, node, at, 500 + dice.Next(3_000))
            : new PlannedFault(PlannedFaultKind.Slow, node, at, 2_000 + dice.Next(6_000), 5 + dice.Next(200));
    }

    private string? Problem()
    {
        if (Schema != SchemaName) return $"schema is {Schema}; accepted: {SchemaName}";
        if (Roles.IsDefaultOrEmpty || Roles.Any(role => role is not (Hypervisor or DeviceModel)))
            return $"roles: at least one, each {Hypervisor} or {DeviceModel}";
        if (LossPerMille is < 0 or > 1000 || DuplicatePerMille is < 0 or > 1000) return "lossPerMille and duplicatePerMille: 0 to 1000";
        if (DurationMs is < 1 or > 86_400_000) return "durationMs: 1 to 86400000";
        if (Faults.IsDefault) return "faults: a list";
        var last = 0L;
        foreach (var fault in Faults)
        {
            if (fault.AtMs > 86_400_000) return "faults: atMs 0 to 86400000";
            if (fault.Node < 0 || fault.Node >= Roles.Length) return $"faults: node {fault.Node} is none of 0 to {Roles.Length - 1}";
            if (fault.AtMs < last) return $"faults: the one at {fault.AtMs} ms begins before the one above it is over ({last} ms)";
            if (fault.ForMs is < 0 or > 86_400_000 || fault.DelayMs is < 0 or > 60_000)
                return "faults: forMs 0 to 86400000, delayMs 0 to 60000";
            last = fault.AtMs + fault.ForMs;
        }
        return null;
    }
}
