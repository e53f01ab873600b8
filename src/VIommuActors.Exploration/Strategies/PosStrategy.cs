using VIommuActors.Exploration.Internals;
using VIommuActors.Simulation;

namespace VIommuActors.Exploration.Strategies;

/// <summary>
/// Partial-order sampling: every waiting message has a random priority, the highest is delivered, and what raced with it draws anew.
/// </summary>
/// <remarks>
/// After Yuan, Yang and Gu, "Partial Order Aware Concurrency Sampling" (CAV 2018). Uniform walks favour executions that many schedules
/// lead to, because a choice between steps of different receivers is one too; here such a choice changes nothing about the order of the
/// others, so rare executions come up more often. Two steps race when they have the same receiver; shared objects are not looked at. A
/// fault of a message is an event of its own. Schedule n of seed s is schedule 1 of seed s + n - 1.
/// </remarks>
/// <param name="seed">Seed of the first schedule.</param>
public sealed class PosStrategy(ulong seed) : SampledStrategy(seed), IStepObserver
{
    private readonly EventPriorities _priorities = new();

    /// <inheritdoc/>
    public override string Name => "pos";

    /// <inheritdoc/>
    protected override void Draw(ulong schedule) => _priorities.Begin(EventPriorities.KeyOf(schedule));

    /// <inheritdoc/>
    protected override SampledStrategy Anew(ulong seed) => new PosStrategy(seed);

    /// <inheritdoc/>
    public override int Next(ReadOnlySpan<LaneId> enabled)
    {
        int leader = 0;
        ulong highest = _priorities.Of(enabled[0]);
        for (int i = 1; i < enabled.Length; i++)
        {
            ulong priority = _priorities.Of(enabled[i]);
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
