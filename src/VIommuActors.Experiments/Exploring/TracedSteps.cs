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
    private SimKernel? _kernel;

    public void Begin(StepRecorder recorder, ITraceSink sink, SimKernel kernel) => (_recorder, _sink, _kernel) = (recorder, sink, kernel);

    public void Delivering(in Step step)
    {
        _recorder?.Delivering(step);
        if (step.Lane.Fault != LaneFault.None && (_kernel?.Replaced ?? step.Message) is Message message)
            _sink?.Note(step.Number, step.TimeNs, "wire", new FaultRemark(step.Lane.Fault, message));
    }

    /// <summary>
    /// The step above it is one that did not go as sent: the message was lost, or is handled and will come again, or is not handled but
    /// will come behind others or late, or was lost with its receiver, which gets the step's message instead.
    /// </summary>
    private sealed class FaultRemark(LaneFault fault, Message message) : ITraced
    {
        public string Name => fault switch
        {
            LaneFault.Drop => "lost",
            LaneFault.Duplicate => "doubled",
            LaneFault.Reorder => "reordered",
            LaneFault.Delay => "delayed",
            LaneFault.Crash => "crashed",
            _ => throw new InvalidOperationException($"{fault} is no fault to remark on"),
        };

        public void Describe(ref TraceFields fields) => fields.AddText("msg", message.Name);
    }
}
