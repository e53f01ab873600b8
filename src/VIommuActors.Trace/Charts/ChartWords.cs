using System.Globalization;
using System.Text;

namespace VIommuActors.Trace.Charts;

/// <summary>Events and notes in words.</summary>
internal static class ChartWords
{
    private static readonly string[] Questions = ["Call", "Request", "Query", "Ask"];
    private static readonly string[] Answers = ["Reply", "Response", "Answer", "Done", "Ack", "Completed", "Result"];

    /// <summary>What a message says: the options' words, or its arguments with those first that the violation speaks of.</summary>
    public static string Says(TraceEvent step, ChartFinding? finding, ChartOptions options) =>
        options.Says?.Invoke(step) is { } words ? words : Arguments(step.Args, finding);

    /// <summary>Name of the message and what it says.</summary>
    public static string Message(TraceEvent step, ChartFinding? finding, ChartOptions options) =>
        $"{step.Message} {Says(step, finding, options)}".TrimEnd();

    /// <summary>An event as a sentence.</summary>
    public static string Sentence(TraceEvent step, ChartFinding? finding, ChartOptions options)
    {
        var says = Says(step, finding, options);
        var message = says.Length == 0 ? step.Message : $"{step.Message}: {says}";
        var at = string.Create(CultureInfo.InvariantCulture, $"step {step.Step} t={step.TimeNs} ns: ");
        if (step.From is not { } from)
        {
            return $"{at}{step.To} was sent {message}, from outside.";
        }

        if (from == step.To)
        {
            return $"{at}{from} came back to itself ({message}).";
        }

        if (Without(step.Message, Questions) is { } question)
        {
            return $"{at}{from} asked {step.To} to {Lower(question)} ({message}).";
        }

        return Without(step.Message, Answers) is null
            ? $"{at}{from} sent {step.To} {message}."
            : $"{at}{from} answered {step.To} ({message}).";
    }

    /// <summary>A violation's own arguments.</summary>
    public static string Details(ChartFinding finding) => string.Join(' ', finding.Args.Select(arg => arg.ToString()));

    /// <summary>A remark.</summary>
    public static string Remark(TraceNote note) =>
        $"{note.By}: {note.Name} {string.Join(' ', note.Args.Select(arg => arg.ToString()))}".TrimEnd();

    /// <summary>What happened to a message that did not go as sent.</summary>
    public static string Fault(ChartFault fault)
    {
        var message = fault.Message.Length == 0 ? "the message" : fault.Message;
        var whose = fault.To is null ? message : $"{message} from {fault.From ?? "outside"} to {fault.To}";
        return fault.Kind switch
        {
            "lost" => $"{whose} is LOST",
            "doubled" => $"{whose} is DOUBLED: it comes again later",
            "delayed" => $"{whose} is DELAYED: it comes later",
            "reordered" => $"{whose} is REORDERED: later ones may overtake it",
            _ => $"the receiver CRASHES in place of {message}",
        };
    }

    /// <summary>ASCII without control characters: everything else becomes a question mark.</summary>
    public static string Ascii(string text)
    {
        var plain = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            plain.Append(c is >= ' ' and <= '~' ? c : '?');
        }

        return plain.ToString();
    }

    /// <summary>Number of things in words: one step, 3 steps.</summary>
    public static string Count(long number, string what) =>
        string.Create(CultureInfo.InvariantCulture, $"{number:#,0} {what}{(number == 1 ? "" : "s")}");

    private static string Arguments(IEnumerable<TraceArgument> args, ChartFinding? finding)
    {
        // A yes is a word; a no says little and comes last.
        var ranked = args.Select(arg => (Arg: arg, Rank: Rank(arg, finding)));
        return string.Join(' ', ranked.OrderBy(one => one.Rank).Select(one =>
            one.Arg is { Kind: TraceValueKind.Bool, Bits: 1 } ? one.Arg.Name : one.Arg.ToString()));
    }

    private static int Rank(TraceArgument arg, ChartFinding? finding)
    {
        if (arg.Kind == TraceValueKind.Bool)
        {
            return arg.Bits == 1 ? 1 : 2;
        }

        var isTelling = finding is not null && finding.Args.Any(of =>
            of.Name == arg.Name || (of.Kind == arg.Kind && arg.Kind == TraceValueKind.Hex && of.Bits == arg.Bits && arg.Bits != 0));
        return isTelling ? 0 : 1;
    }

    private static string? Without(string name, string[] endings)
    {
        foreach (var ending in endings)
        {
            if (name.Length > ending.Length && name.EndsWith(ending, StringComparison.Ordinal))
            {
                return name[..^ending.Length];
            }
        }

        return null;
    }

    /// <summary><c>OpenAccount</c> as <c>open account</c>.</summary>
    private static string Lower(string name)
    {
        var words = new StringBuilder();
        foreach (var c in name)
        {
            if (char.IsUpper(c) && words.Length > 0)
            {
                words.Append(' ');
            }

            words.Append(char.ToLowerInvariant(c));
        }

        return words.ToString();
    }
}
