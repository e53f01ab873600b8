using Akka.Actor;

namespace VIommuActors.Simulation.Tests;

/// <summary>An actor whose whole behaviour is one delegate: the rule under test stands in the test.</summary>
public sealed class Act : UntypedActor
{
    private readonly Action<IUntypedActorContext, object> _handle;

    public Act(Action<IUntypedActorContext, object> handle) => _handle = handle;

    public static Props Props(Action<IUntypedActorContext, object> handle) => Akka.Actor.Props.Create(() => new Act(handle));

    protected override void OnReceive(object message) => _handle(Context, message);
}

/// <summary>Runs a delegate at every step.</summary>
internal sealed class OnStep(Action<Step> handle) : IStepObserver
{
    public void Delivering(in Step step) => handle(step);
}

/// <summary>Text of every step: time, receiver, sender, message, cause, choice.</summary>
internal sealed class TextTrace : IStepObserver
{
    public List<string> Lines { get; } = [];

    public void Delivering(in Step step) => Lines.Add(
        $"{step.Number} {step.TimeNs} {Name(step.Receiver)}<-{Name(step.Sender)} {Message(step.Message)} cause={step.Cause} {step.Chosen}/{step.Enabled}");

    /// <summary>Names of temporary refs count per system and are not part of the program.</summary>
    public static string Name(IActorRef actor) => actor.Path.Elements is ["temp", ..] ? "temp" : string.Join('/', actor.Path.Elements);

    private static string Message(object message) => message switch
    {
        Terminated t => $"terminated {Name(t.ActorRef)}", // its own text has the path's random uid
        _ when message.GetType().Name.StartsWith("TimerMsg", StringComparison.Ordinal) => "timer",
        _ => message.ToString()!,
    };
}

internal static class Running
{
    public const long NoLimit = long.MaxValue;

    /// <summary>Runs to the end, which must come before a generous number of steps.</summary>
    public static RunEnd ToEnd(this SimKernel kernel, long maxTimeNs = NoLimit) =>
        kernel.Run(100_000, maxTimeNs, CancellationToken.None);
}

/// <summary>All schedules of a world by depth-first search over prefixes: each run names, at its last open decision, the next to try.</summary>
internal static class AllSchedules
{
    public static int Visit(Action<RecordedChoice, ChoiceWidths> run, int limit = 100_000)
    {
        int runs = 0;
        List<int>? prefix = [];
        while (prefix is not null)
        {
            Assert.True(++runs <= limit, "too many schedules");
            var widths = new ChoiceWidths();
            var choice = new RecordedChoice(prefix, widths);
            run(choice, widths);
            prefix = Following([.. choice.Taken], widths);
        }

        return runs;
    }

    private static List<int>? Following(List<int> taken, ChoiceWidths widths)
    {
        for (int last = taken.Count - 1; last >= 0; last--)
        {
            if (taken[last] + 1 < widths.Of[last])
            {
                return [.. taken.Take(last), taken[last] + 1];
            }
        }

        return null;
    }
}

/// <summary>First lane always; notes how wide each decision was. Fed by an observer because a recorded prefix does not ask it.</summary>
internal sealed class ChoiceWidths : IChoice, IStepObserver
{
    public List<int> Of { get; } = [];

    public bool NeedsLanes => false;

    public int Next(ReadOnlySpan<LaneId> enabled) => 0;

    public int Next(int count) => 0;

    public void Delivering(in Step step)
    {
        if (step.Enabled > 1)
        {
            Of.Add(step.Enabled);
        }
    }
}
