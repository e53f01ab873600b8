using VIommuActors.Experiments.Running;
using VIommuActors.Protocols.Messages;
using VIommuActors.Simulation;
using VIommuActors.Trace;

namespace VIommuActors.Experiments.Exploring;

/// <summary>Passes the steps of a schedule to the recorder of its machine, which exists only once the schedule has begun.</summary>
internal sealed class TracedSteps : IStepObserver
{
    private StepRecorder? _recorder;
    private ITraceSink? _sink;

    public void Begin(StepRecorder recorder, ITraceSink sink) => (_recorder, _sink) = (recorder, sink);

    public void Delivering(in Step step)
    {
        _recorder?.Delivering(step);
        if (step.Lane.Fault != LaneFault.None && step.Message is Message message)
            _sink?.Note(step.Number, step.TimeNs, "wire", new FaultRemark(step.Lane.Fault, message));
    }

    /// <summary>The step above it is one that did not go as sent: the message was lost, or is handled and will come again.</summary>
    private sealed class FaultRemark(LaneFault fault, Message message) : ITraced
    {
        public string Name => fault == LaneFault.Drop ? "lost" : "doubled";

        public void Describe(ref TraceFields fields) => fields.AddText("msg", message.Name);
    }
}
