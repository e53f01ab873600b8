using VIommuActors.Simulation;

namespace VIommuActors.Exploration;

/// <summary>What one worker of a <see cref="ParallelExplorer"/> searches in; made, used and disposed on that worker's thread.</summary>
/// <param name="Kernel">The kernel of a simulated system that no other worker uses.</param>
/// <param name="World">The program in that system; it shares nothing that changes with the worlds of other workers.</param>
/// <param name="Owner">Disposed when the worker ends, usually the system; null for nothing.</param>
public sealed record WorkerWorld(SimKernel Kernel, IWorld World, IDisposable? Owner = null);
