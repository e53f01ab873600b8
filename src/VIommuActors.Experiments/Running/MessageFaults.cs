using System.Collections.Immutable;
using VIommuActors.Protocols.Messages;
using VIommuActors.Scenarios.Model;
using VIommuActors.Simulation;

namespace VIommuActors.Experiments.Running;

/// <summary>What a wire does to one message. A doubled message's second copy comes <paramref name="DelayNs"/> after the first.</summary>
internal readonly record struct Fate(bool Drop, bool Duplicate, long DelayNs);

/// <summary>The probabilistic fault rules of a scenario. The first rule that names a message and whose dice come up decides.</summary>
internal sealed class MessageFaults
{
    private readonly ImmutableArray<(MessageFault Rule, SimRandom Dice)> _rules;

    /// <summary>Messages that a rule may name, in alphabetical order.</summary>
    public static ImmutableArray<string> Names { get; } = NamesOf(type => !type.IsAssignableTo(typeof(IInternal)));

    /// <summary>Those that may be lost or come twice.</summary>
    public static ImmutableArray<string> Losable { get; } =
        NamesOf(type => !type.IsAssignableTo(typeof(IInternal)) && !type.IsAssignableTo(typeof(ISynchronous)));

    private MessageFaults(ImmutableArray<(MessageFault, SimRandom)> rules) => _rules = rules;

    /// <summary>Null when the scenario has no such rule, so that a run without faults pays nothing.</summary>
    /// <exception cref="UnsupportedCombinationException">A rule would lose or double what cannot be lost or doubled.</exception>
    public static MessageFaults? From(Scenario scenario, SimRandom random)
    {
        foreach (var rule in scenario.Faults.OfType<MessageFault>())
        {
            if ((rule.Drop.IsZero && rule.Duplicate.IsZero) || Losable.Contains(rule.On)) continue;
            throw new UnsupportedCombinationException(
                "faults",
                rule.On,
                "a call and its return on one host can be late, but neither lost nor doubled",
                string.Join(", ", Losable));
        }
        var rules = scenario.Faults.OfType<MessageFault>()
            .Select((rule, index) => (rule, random.Derive($"fault-{index}"))).ToImmutableArray();
        return rules.IsEmpty ? null : new MessageFaults(rules);
    }

    public Fate Decide(Message message)
    {
        foreach (var (rule, dice) in _rules)
        {
            if (rule.On != message.Name) continue;
            if (Strikes(rule.Drop, dice)) return new Fate(true, false, 0);
            if (Strikes(rule.Duplicate, dice)) return new Fate(false, true, rule.DelayNs);
            if (Strikes(rule.Delay, dice)) return new Fate(false, false, rule.DelayNs);
        }
        return default;
    }

    private static ImmutableArray<string> NamesOf(Func<Type, bool> accepted) =>
    [
        .. typeof(Message).Assembly.GetTypes()
            .Where(type => type.IsSealed && type.IsSubclassOf(typeof(Message)) && accepted(type))
            .Select(type => type.Name)
            .Order(StringComparer.Ordinal),
    ];

    private static bool Strikes(Ratio ratio, SimRandom dice) => !ratio.IsZero && dice.Chance(ratio.Numerator, ratio.Denominator);
}
