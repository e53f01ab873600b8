using Akka.Actor;

namespace VIommuActors.Simulation.Tests;

/// <summary>An actor whose whole behaviour is one delegate: the rule under test stands in the test.</summary>
internal sealed class Act : UntypedActor
{
    private readonly Action<IUntypedActorContext, object> _handle;

    public Act(Action<IUntypedActorContext, object> handle) => _handle = handle;

    public static Props Props(Action<IUntypedActorContext, object> handle) => Akka.Actor.Props.Create(() => new Act(handle));

    protected override void OnReceive(object message) => _handle(Context, message);
}

/// <summary>Text of every step: time, receiver, sender, message, cause, choice.</summary>
internal sealed class TextTrace : IStepObserver
{
    public List<string> Lines { get; } = [];

    public void Delivering(in Step step) => Lines.Add(
        $"{step.Number} {step.TimeNs} {Name(step.Receiver)}<-{Name(step.Sender)} {Message(step.Message)} cause={step.Cause} {step.Chosen}/{step.Enabled}");

    // Names of temporary refs count per system, and a timer's text names its owner.
    private static string Name(IActorRef actor) => actor.Path.Elements is ["temp", ..] ? "temp" : string.Join('/', actor.Path.Elements);

    private static string Message(object message) =>
        message.GetType().Name is "TimerMsg" or "TimerMsgNotInfluenceReceiveTimeout" ? "timer" : message.ToString()!;
}

internal static class Running
{
    public const long NoLimit = long.MaxValue;

    /// <summary>Runs to the end, which must come before a generous number of steps.</summary>
    public static RunEnd ToEnd(this SimKernel kernel, long maxTimeNs = NoLimit) =>
        kernel.Run(100_000, maxTimeNs, CancellationToken.None);
}
