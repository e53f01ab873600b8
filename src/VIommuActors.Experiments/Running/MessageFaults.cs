using System.Collections.Immutable;
using VIommuActors.Protocols.Messages;
using VIommuActors.Scenarios.Model;
using VIommuActors.Simulation;

namespace VIommuActors.Experiments.Running;

/// <summary>What a wire does to one message.</summary>
internal readonly record struct Fate(bool Drop, bool Duplicate, long DelayNs);

/// <summary>The probabilistic fault rules of a scenario. The first rule that names a message and whose dice come up decides.</summary>
internal sealed class MessageFaults
{
    private readonly ImmutableArray<(MessageFault Rule, SimRandom Dice)> _rules;

    private MessageFaults(ImmutableArray<(MessageFault, SimRandom)> rules) => _rules = rules;

    /// <summary>Null when the scenario has no such rule, so that a run without faults pays nothing.</summary>
    public static MessageFaults? From(Scenario scenario, SimRandom random)
    {
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
            if (Strikes(rule.Duplicate, dice)) return new Fate(false, true, 0);
            if (Strikes(rule.Delay, dice)) return new Fate(false, false, rule.DelayNs);
        }
        return default;
    }

    private static bool Strikes(Ratio ratio, SimRandom dice) => !ratio.IsZero && dice.Chance(ratio.Numerator, ratio.Denominator);
}
