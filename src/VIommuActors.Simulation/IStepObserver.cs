namespace VIommuActors.Simulation;

/// <summary>Sees every step of a run, just before the actor handles the message.</summary>
public interface IStepObserver
{
    /// <summary>The message of <paramref name="step"/> is about to be handled. Must not send messages.</summary>
    void Delivering(in Step step);
}
