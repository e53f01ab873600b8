using VIommuActors.Guest.Cpu;
using VIommuActors.Guest.Driver;

namespace VIommuActors.Guest.Policies;

/// <summary>
/// When a mapping dies after its owner has finished with it. Every policy keeps the unit's contract (no access after a completed
/// invalidation); they differ in how long a device can still reach a buffer that has already gone back to its owner.
/// </summary>
public interface IMappingPolicy
{
    /// <summary>Makes a buffer reachable and says where.</summary>
    GuestCode<Mapping> Map(IGuestCpu cpu, int domain, GuestBuffer buffer, bool writable);

    /// <summary>The owner wants its buffer back; it has it when this returns.</summary>
    GuestCode Unmap(IGuestCpu cpu, Mapping mapping);

    /// <summary>Ends everything that was put off.</summary>
    GuestCode Finish(IGuestCpu cpu);
}
