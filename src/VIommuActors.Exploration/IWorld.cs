using VIommuActors.Simulation;

namespace VIommuActors.Exploration;

/// <summary>The program under search: actors, their first messages, and what must hold at the end.</summary>
/// <remarks>
/// Every schedule must begin in the same state and draw on nothing but the messages it is given, or neither counts nor replays mean
/// anything. Reused actors are reset in <see cref="Begin"/> (fast); a world of fresh actors calls <see cref="SimKernel.BeginWorld"/> in
/// <see cref="Begin"/>, and stops them and calls <see cref="SimKernel.EndWorld"/> in <see cref="End"/>.
/// </remarks>
public interface IWorld
{
    /// <summary>Faults that messages may suffer and crashes, as further choices; null for none.</summary>
    LaneFaults? Faults => null;

    /// <summary>Sees the steps of every schedule; null for none.</summary>
    IStepObserver? Observer => null;

    /// <summary>Brings the actors into their initial state, registers them and sends the first messages. The run has just begun.</summary>
    void Begin(SimKernel kernel);

    /// <summary>Looks at the world after a schedule.</summary>
    /// <returns>The property that does not hold, or null.</returns>
    string? Check();

    /// <summary>Called last in every schedule, also in one that was given up half way.</summary>
    void End(SimKernel kernel) => kernel.DropPending();
}
