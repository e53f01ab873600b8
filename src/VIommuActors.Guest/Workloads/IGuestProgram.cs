using VIommuActors.Guest.Cpu;

namespace VIommuActors.Guest.Workloads;

/// <summary>What a guest's vCPUs run. One object per guest; every vCPU calls <see cref="Run"/> once.</summary>
public interface IGuestProgram
{
    /// <summary>Runs to the end of the work.</summary>
    /// <exception cref="GuestPanicException">The guest stopped itself.</exception>
    GuestCode Run(IGuestCpu cpu);
}
