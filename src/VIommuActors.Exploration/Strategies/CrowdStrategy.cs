using VIommuActors.Exploration.Internals;
using VIommuActors.Simulation;

namespace VIommuActors.Exploration.Strategies;

/// <summary>
/// Partial-order sampling that goes where most messages wait: a priority counts times the square of the number of messages waiting for
/// the receiver.
/// </summary>
/// <remarks>
/// The priorities are those of <see cref="PosStrategy"/>. A message that waits alone decides nothing yet; if it stays, others come and
/// their order is a choice. So the ends of long chains of causes are late, and the busy actors take what is there in many orders. No
/// choice has weight zero: every schedule is possible. Schedule n of seed s is schedule 1 of seed s + n - 1.
/// </remarks>
/// <param name="seed">Seed of the first schedule.</param>
public sealed class CrowdStrategy(ulong seed) : SampledStrategy(seed), IStepObserver
{
    private readonly EventPriorities _priorities = new();
    private SimKernel _kernel = null!;

    /// <inheritdoc/>
    public override string Name => "crowd";

    /// <inheritdoc/>
    public override void Attach(SimKernel kernel, int prefix) => _kernel = kernel;

    /// <inheritdoc/>
    protected override void Draw(ulong schedule) => _priorities.Begin(EventPriorities.KeyOf(schedule));

    /// <inheritdoc/>
    protected override SampledStrategy Anew(ulong seed) => new CrowdStrategy(seed);

    /// <inheritdoc/>
    public override int Next(ReadOnlySpan<LaneId> enabled)
    {
        int leader = 0;
        double highest = -1;
        int receiver = -1;
        double crowd = 0;
        for (int i = 0; i < enabled.Length; i++)
        {
            if (enabled[i].Receiver != receiver)
            {
                receiver = enabled[i].Receiver;
                double waiting = _kernel.WaitingFor(receiver);
                crowd = waiting * waiting;
            }

            double priority = _priorities.Of(enabled[i]) * crowd;
            if (priority > highest)
            {
                leader = i;
                highest = priority;
            }
        }

        return leader;
    }

    /// <inheritdoc/>
    public void Delivering(in Step step) => _priorities.Delivering(step.Lane.Receiver);
}
