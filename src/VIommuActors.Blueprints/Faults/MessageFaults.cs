using System.Collections.Immutable;
using VIommuActors.Blueprints.Verdicts;
using VIommuActors.Protocols.Messages;
using VIommuActors.Scenarios.Model;
using VIommuActors.Seeds;

namespace VIommuActors.Blueprints.Faults;

/// <summary>The probabilistic fault rules of a scenario. The first rule that names a message and whose dice come up decides.</summary>
public sealed class MessageFaults
{
    private readonly ImmutableArray<(MessageFault Rule, SeededRandom Dice)> _rules;
    private PartyKinds? _kinds;

    /// <summary>Messages that a rule may name, in alphabetical order.</summary>
    public static ImmutableArray<string> Names { get; } = NamesOf(type => !type.IsAssignableTo(typeof(IInternal)));

    /// <summary>Those that may be lost or come twice.</summary>
    public static ImmutableArray<string> Losable { get; } =
        NamesOf(type => !type.IsAssignableTo(typeof(IInternal)) && !type.IsAssignableTo(typeof(ISynchronous)));

    private MessageFaults(ImmutableArray<(MessageFault, SeededRandom)> rules) => _rules = rules;

    /// <summary>Null when the scenario has no such rule, so that a run without faults pays nothing.</summary>
    /// <exception cref="UnsupportedCombinationException">
    /// A rule would lose, double or reorder what can only be late, or names a link that does not exist.
    /// </exception>
    public static MessageFaults? From(Scenario scenario, SeededRandom random)
    {
        foreach (var rule in scenario.Faults.OfType<MessageFault>())
        {
            CheckLink(rule);
            var isLate = rule is { Drop.IsZero: true, Duplicate.IsZero: true, Reorder.IsZero: true };
            if (isLate || rule.On.Length == 0 || Losable.Contains(rule.On)) continue;
            throw new UnsupportedCombinationException(
                "faults",
                rule.On,
                "a call and its return on one host can be late, but neither lost nor doubled nor overtaken",
                string.Join(", ", Losable));
        }
        var rules = scenario.Faults.OfType<MessageFault>()
            .Select((rule, index) => (rule, random.Derive($"fault-{index}"))).ToImmutableArray();
        return rules.IsEmpty ? null : new MessageFaults(rules);
    }

    /// <summary>Says who is who; before that, rules that name a link strike nothing.</summary>
    public void Bind(PartyKinds kinds) => _kinds = kinds;

    /// <summary>What becomes of a message to <paramref name="to"/>.</summary>
    public Fate Decide(NodeId to, Message message)
    {
        foreach (var (rule, dice) in _rules)
        {
            if (!Fits(rule, to, message)) continue;
            if (message is not ISynchronous)
            {
                if (Strikes(rule.Drop, dice)) return new Fate { Drop = true };
                if (Strikes(rule.Duplicate, dice)) return new Fate { Duplicate = true, DelayNs = rule.DelayNs };
                if (Strikes(rule.Reorder, dice)) return new Fate { Reorder = true, DelayNs = rule.DelayNs };
            }
            if (Strikes(rule.Delay, dice)) return new Fate { DelayNs = rule.DelayNs };
        }
        return default;
    }

    private bool Fits(MessageFault rule, NodeId to, Message message)
    {
        if (rule.On.Length > 0 ? rule.On != message.Name : message is IInternal) return false;
        if (rule.From is null && rule.To is null) return true;
        return _kinds is not null && message.From.Exists
            && (rule.From is null || rule.From == _kinds[message.From]) && (rule.To is null || rule.To == _kinds[to]);
    }

    private static void CheckLink(MessageFault rule)
    {
        if (PartyKinds.Links.Any(link => (rule.From ?? link.From) == link.From && (rule.To ?? link.To) == link.To)) return;
        throw new UnsupportedCombinationException(
            "faults",
            $"from = {PartyKinds.NameOf(rule.From!.Value)}, to = {PartyKinds.NameOf(rule.To!.Value)}",
            "nothing travels on this link that a rule could strike",
            string.Join(", ", PartyKinds.Links.Select(link => $"{PartyKinds.NameOf(link.From)} to {PartyKinds.NameOf(link.To)}")));
    }

    private static ImmutableArray<string> NamesOf(Func<Type, bool> accepted) =>
    [
        .. typeof(Message).Assembly.GetTypes()
            .Where(type => type.IsSealed && type.IsSubclassOf(typeof(Message)) && accepted(type))
            .Select(type => type.Name)
            .Order(StringComparer.Ordinal),
    ];

    private static bool Strikes(Ratio ratio, SeededRandom dice) => !ratio.IsZero && dice.Chance(ratio.Numerator, ratio.Denominator);
}
