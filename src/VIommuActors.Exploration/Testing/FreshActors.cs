using Akka.Actor;
using Akka.Event;
using VIommuActors.Simulation;

namespace VIommuActors.Exploration.Testing;

/// <summary>A user's program as a world: fresh actors for every schedule, exceptions as violations.</summary>
internal sealed class FreshActors : IWorld, IDisposable
{
    private const int LongestProperty = 160;
    private readonly Func<ActorWorld, Action> _program;
    private readonly ActorExplorationOptions _options;
    private readonly ActorWorld _world;
    private readonly FailureListener _listener;
    private readonly SimSystem _system;
    private Action? _check;

    public FreshActors(SimSystem system, Func<ActorWorld, Action> program, ActorExplorationOptions options)
    {
        (_system, _program, _options) = (system, program, options);
        _world = new ActorWorld(system);
        _listener = new FailureListener((ExtendedActorSystem)system.System, Failed);
    }

    public LaneFaults? Faults => _options.Faults;

    /// <summary>What the check or an actor threw in the last schedule.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>The step in which an actor threw; null when none did.</summary>
    public long? FailedAtStep { get; private set; }

    public void Begin(SimKernel kernel)
    {
        (Failure, FailedAtStep, _check) = (null, null, null);
        kernel.BeginWorld();
        _check = _program(_world) ?? throw new InvalidOperationException("The program returned no check.");
    }

    public string? Check()
    {
        if (Failure is { } failure)
        {
            return OneLine($"{failure.GetType().Name}: {failure.Message}");
        }

        try
        {
            _check!();
            return null;
        }
        catch (Exception thrown) when (thrown is not (OutOfMemoryException or SimEscapeException))
        {
            Failure = thrown;
            return OneLine(thrown.Message);
        }
    }

    public void End(SimKernel kernel)
    {
        kernel.DropPending();
        _world.Stop();
        kernel.EndWorld();
    }

    public void Dispose() => _listener.Dispose();

    private void Failed(Exception cause)
    {
        if (!_options.AllowActorFailures && Failure is null)
        {
            (Failure, FailedAtStep) = (cause, _system.Kernel.Steps);
            _system.Kernel.Stop();
        }
    }

    // A property is a name in reports, and a test framework's messages have several lines.
    private static string OneLine(string text)
    {
        string line = string.Join(' ', text.Split((char[])[' ', '\n', '\r', '\t'], StringSplitOptions.RemoveEmptyEntries));
        return line.Length > LongestProperty ? line[..LongestProperty] + "..." : line;
    }

    /// <summary>Hears of every exception that reaches a supervisor: Akka publishes it whatever the log level.</summary>
    private sealed class FailureListener : MinimalActorRef, IDisposable
    {
        private readonly ExtendedActorSystem _system;
        private readonly Action<Exception> _failed;

        public FailureListener(ExtendedActorSystem system, Action<Exception> failed)
        {
            (_system, _failed) = (system, failed);
            Path = system.Provider.RootPath / "exploration" / "failures";
            system.EventStream.Subscribe(this, typeof(Error));
        }

        public override ActorPath Path { get; }

        public override IActorRefProvider Provider => _system.Provider;

        protected override void TellInternal(object message, IActorRef sender)
        {
            if (message is Error { Cause: { } cause })
            {
                _failed(cause is ActorInitializationException { InnerException: { } inner } ? inner : cause);
            }
        }

        public void Dispose() => _system.EventStream.Unsubscribe(this);
    }
}
