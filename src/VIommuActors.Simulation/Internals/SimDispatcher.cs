using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Dispatch.SysMsg;

namespace VIommuActors.Simulation.Internals;

/// <summary>Built by Akka from the configuration; one instance per configured dispatcher, all feeding the same kernel.</summary>
internal sealed class SimDispatcherConfigurator : MessageDispatcherConfigurator
{
    private readonly SimDispatcher _dispatcher;

    public SimDispatcherConfigurator(Config config, IDispatcherPrerequisites prerequisites)
        : base(config, prerequisites) =>
        _dispatcher = new SimDispatcher(this, ((VirtualScheduler)prerequisites.Scheduler).Kernel, config.GetString("id", "sim"));

    public override MessageDispatcher Dispatcher() => _dispatcher;
}

/// <summary>Hands user messages to the kernel's lanes and system work to its eager queue; runs nothing by itself.</summary>
internal sealed class SimDispatcher : MessageDispatcher
{
    private readonly SimKernel _kernel;

    public SimDispatcher(MessageDispatcherConfigurator configurator, SimKernel kernel, string id)
        : base(configurator)
    {
        _kernel = kernel;
        Id = id;
        Throughput = 1;
        ShutdownTimeout = TimeSpan.FromSeconds(1);
    }

    /// <summary>
    /// A user message: no registration for execution, the kernel runs the mailbox when a strategy chose one of its lanes.
    /// </summary>
    public override void Dispatch(ActorCell cell, Envelope envelope)
    {
        Mailbox? mailbox = cell.Mailbox;
        if (mailbox?.MessageQueue is SimQueue queue)
        {
            queue.Mailbox = mailbox;
            _kernel.Enqueue(queue, envelope);
        }
        else
        {
            _kernel.Strand(cell.Self, envelope.Sender);
            base.Dispatch(cell, envelope); // dead letters
        }
    }

    public override void SystemDispatch(ActorCell cell, SystemMessage message)
    {
        _kernel.CheckThread(message, cell.Self);
        base.SystemDispatch(cell, message);
    }

    protected override void ExecuteTask(IRunnable run) => _kernel.EnqueueEager(run);

    protected override void Shutdown()
    {
    }
}
