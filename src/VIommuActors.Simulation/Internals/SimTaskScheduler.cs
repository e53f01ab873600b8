namespace VIommuActors.Simulation.Internals;

/// <summary>The task scheduler inside a run: continuations of actor code that captures it come back to the kernel.</summary>
/// <remarks>
/// A task scheduler and not a synchronization context: inside <c>ReceiveAsync</c> Akka's own scheduler must win, or the code after an
/// <c>await</c> would run without its actor.
/// </remarks>
internal sealed class SimTaskScheduler(SimKernel kernel) : TaskScheduler
{
    public override int MaximumConcurrencyLevel => 1;

    public void Execute(Task task) => TryExecuteTask(task);

    protected override void QueueTask(Task task) => kernel.EnqueueEager(task);

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        kernel.OwnsThread && TryExecuteTask(task);

    protected override IEnumerable<Task> GetScheduledTasks() => [];
}
