namespace VIommuActors.Simulation;

/// <summary>An observer that also wants to know which shared words a step reads and writes besides its actor's own state.</summary>
public interface ITouchObserver : IStepObserver
{
    /// <summary>The current step accesses a shared object.</summary>
    /// <param name="sharedObject">
    /// Id of the object, in the program's own numbering from 0 on; negative ids are the kernel's, see <see cref="SharedObject"/>.
    /// </param>
    /// <param name="write">True for a write, false for a read.</param>
    void Touched(long sharedObject, bool write);
}
