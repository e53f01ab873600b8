using System.Text.Json.Nodes;
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
public sealed class CrowdStrategy(ulong seed) : IStrategy, IStepObserver
{
    private readonly EventPriorities _priorities = new();
    private SimKernel _kernel = null!;

    /// <inheritdoc/>
    public string Name => "crowd";

    /// <inheritdoc/>
    public bool Proves => false;

    /// <inheritdoc/>
    public ulong SeedOf(long schedule) => unchecked(seed + (ulong)schedule - 1);

    /// <inheritdoc/>
    public IStrategy ForWorker() => new CrowdStrategy(seed);

    /// <inheritdoc/>
    public void Attach(SimKernel kernel, int prefix) => _kernel = kernel;

    /// <inheritdoc/>
    public bool Begin(long schedule)
    {
        _priorities.Begin(EventPriorities.KeyOf(SeedOf(schedule)));
        return true;
    }

    /// <inheritdoc/>
    public int Next(ReadOnlySpan<LaneId> enabled)
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

    /// <inheritdoc/>
    public bool End() => true;

    /// <inheritdoc/>
    public JsonObject Save() => new() { ["seed"] = seed };

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The saved search has another seed.</exception>
    public void Load(JsonObject state)
    {
        if ((ulong)state.Field("seed") != seed)
        {
            throw new ArgumentException($"The saved search has seed {state["seed"]}, not {seed}.", nameof(state));
        }
    }
}
