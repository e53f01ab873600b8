using System.Collections.Immutable;
using System.Globalization;
using VIommuActors.Blueprints.Faults;
using VIommuActors.Experiments.Running;
using VIommuActors.Simulation;

namespace VIommuActors.Experiments.Exploring;

/// <summary>The faults that a search places by itself, wherever they could strike.</summary>
/// <param name="Budget">How many faults a schedule may have, from 0.</param>
/// <param name="Kinds">Which kinds.</param>
/// <param name="On">
/// Where they strike: names of messages, which can suffer everything but a crash, and of parties, which can crash. Empty: every message
/// that can be lost, and every party that can crash. Otherwise nothing that is not named.
/// </param>
public sealed record SearchFaults(int Budget, LaneFaultKinds Kinds, ImmutableArray<string> On)
{
    /// <summary>Largest budget that a user can ask for.</summary>
    public const int MostFaults = 1_000;

    private const string Everything = "all";

    /// <summary>No faults.</summary>
    public static SearchFaults None { get; } = new(0, LaneFaultKinds.All, []);

    /// <summary>Every kind of fault on every message and party.</summary>
    public static SearchFaults Any(int budget) => new(budget, LaneFaultKinds.All, []);

    /// <summary>Names of the kinds, as <see cref="Parse"/> takes them.</summary>
    public static ImmutableArray<string> KindNames { get; } = ["drop", "duplicate", "reorder", "delay", "crash"];

    /// <summary>Names of messages and parties, as <see cref="Parse"/> takes them.</summary>
    public static ImmutableArray<string> TargetNames { get; } = [.. MessageFaults.Losable, .. PlannedCrashes.Names];

    /// <summary>The kinds as <see cref="Parse"/> takes them; null for all.</summary>
    public string? KindsText => Kinds == LaneFaultKinds.All
        ? null
        : string.Join(',', KindNames.Where((_, index) => Kinds.HasFlag((LaneFaultKinds)(1 << index))));

    /// <summary>The targets as <see cref="Parse"/> takes them; null for all.</summary>
    public string? OnText => On.IsEmpty ? null : string.Join(',', On);

    /// <summary>For people.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Budget}{(KindsText is { } kinds ? $" of {kinds}" : "")}{(OnText is { } on ? $" on {on}" : "")}");

    /// <summary>Reads kinds and targets as a user writes them.</summary>
    /// <param name="budget">How many faults a schedule may have, from 0.</param>
    /// <param name="kinds">Names from <see cref="KindNames"/>, separated by commas; null or <c>all</c> for all.</param>
    /// <param name="on">Names from <see cref="TargetNames"/>, separated by commas; null or <c>all</c> for all.</param>
    /// <exception cref="ArgumentOutOfRangeException">The budget is negative.</exception>
    /// <exception cref="FormatException">
    /// A name is unknown, or the kinds cannot strike the targets; the message says what is accepted.
    /// </exception>
    public static SearchFaults Parse(int budget, string? kinds, string? on)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(budget);
        var parsed = new SearchFaults(budget, ParseKinds(kinds), ParseTargets(on));
        var canStrike = parsed.On.IsEmpty
            || (parsed.Kinds.HasFlag(LaneFaultKinds.Crash) && parsed.On.Any(PlannedCrashes.Names.Contains))
            || ((parsed.Kinds & ~LaneFaultKinds.Crash) != 0 && parsed.On.Any(MessageFaults.Losable.Contains));
        if (canStrike) return parsed;
        throw new FormatException(parsed.Kinds == LaneFaultKinds.Crash
            ? $"a crash strikes parties, and {on} names none; accepted: {string.Join(", ", PlannedCrashes.Names)}"
            : $"{kinds} strike messages, and {on} names none; accepted: {string.Join(", ", MessageFaults.Losable)}");
    }

    /// <summary>Whether the message may suffer what is not a crash.</summary>
    internal bool Strikes(string message) => On.IsEmpty || On.Contains(message);

    /// <summary>Whether parties of this name may crash.</summary>
    internal bool Crashes(string party) => Kinds.HasFlag(LaneFaultKinds.Crash) && (On.IsEmpty || On.Contains(party));

    private static LaneFaultKinds ParseKinds(string? text)
    {
        if (text is null or Everything) return LaneFaultKinds.All;
        var kinds = LaneFaultKinds.None;
        foreach (var name in text.Split(',', StringSplitOptions.TrimEntries))
        {
            var index = KindNames.IndexOf(name);
            if (index < 0) throw Unknown(name, "kind of fault", KindNames);
            kinds |= (LaneFaultKinds)(1 << index);
        }
        return kinds;
    }

    private static ImmutableArray<string> ParseTargets(string? text)
    {
        if (text is null or Everything) return [];
        var names = text.Split(',', StringSplitOptions.TrimEntries).Distinct().ToImmutableArray();
        foreach (var name in names)
        {
            if (!TargetNames.Contains(name)) throw Unknown(name, "message that can be lost or party that can crash", TargetNames);
        }
        return names;
    }

    private static FormatException Unknown(string name, string what, ImmutableArray<string> accepted) =>
        new($"\"{name}\" is no {what}; accepted: {Everything}, {string.Join(", ", accepted)}");
}
