using System.Collections.Immutable;
using VIommuActors.Oracle;
using VIommuActors.Vtd;
using VIommuActors.Vtd.Memory;

namespace VIommuActors.Guest.Cpu;

/// <summary>
/// The machine as guest code sees it. Guest code is written as ordinary sequential methods that await the CPU; each await is an
/// instruction that leaves the guest, and nothing of this vCPU's code runs until it is over. Awaits resume inside the vCPU's own
/// message handler: no task scheduler, no thread pool.
/// </summary>
public interface IGuestCpu
{
    /// <summary>Which guest, counting from 0.</summary>
    int Guest { get; }

    /// <summary>Which vCPU of the guest, counting from 0.</summary>
    int Index { get; }

    /// <summary>Virtual nanoseconds since power on.</summary>
    long NowNs { get; }

    /// <summary>The guest's RAM; loads and stores cost nothing and are atomic up to 64 bits.</summary>
    IGuestMemory Memory { get; }

    /// <summary>Told what the guest does; sees, never acts.</summary>
    IGuestWatch Watch { get; }

    /// <summary>This vCPU's own random draws.</summary>
    IDice Dice { get; }

    /// <summary>A trapped load from device or unit registers, guest-physical <paramref name="address"/>, 1–8 bytes.</summary>
    CpuWait Read(ulong address, int size);

    /// <summary>A trapped store.</summary>
    CpuWait Write(ulong address, int size, ulong value);

    /// <summary>True while the guest handles a fault, so that its accesses are not taken for the cost of an invalidation.</summary>
    bool HandlesFault { get; set; }

    /// <summary>Polling loops relax after each look; see <see cref="Spin"/>.</summary>
    bool RelaxesAtOnce => false;

    /// <summary>
    /// Other guests want the thread that this one runs on: a polling loop lets them go first after each look, and so does a round.
    /// </summary>
    bool GivesWay => false;

    /// <summary>Runs code that takes <paramref name="ns"/> ≥ 0 and touches nothing.</summary>
    CpuWait Pause(long ns);

    /// <summary>Goes on later at no cost: whatever else can happen may happen first.</summary>
    CpuWait Yield() => Pause(0);

    /// <summary>
    /// Rings a device's doorbell and goes on. Returns the request's number, unique in the machine. <paramref name="uses"/> is how
    /// often a device that keeps mappings goes over the segments.
    /// </summary>
    long Ring(int device, ImmutableArray<DmaSegment> segments, int uses, Grant grant);

    /// <summary>Waits for the device's interrupt for request <paramref name="work"/>; true when the unit refused part of it.</summary>
    CpuWait Completion(long work);

    /// <summary>Waits until no more than <paramref name="count"/> of this vCPU's requests are unfinished.</summary>
    CpuWait Backlog(int count);

    /// <summary>Sleeps until another vCPU calls <see cref="Unblock"/>; one pending unblock is remembered.</summary>
    CpuWait Block();

    /// <summary>
    /// True once for each time that unit <paramref name="unit"/> has interrupted
    /// this vCPU since the last call; several count as one.
    /// </summary>
    bool TakeInterrupt(int unit);

    /// <summary>Wakes this vCPU; may be called by another vCPU's code.</summary>
    void Unblock();
}

/// <summary>A source of random numbers that belongs to one purpose.</summary>
public interface IDice
{
    /// <summary>Uniform in 0 … <paramref name="bound"/> − 1; bound ≥ 1.</summary>
    int Next(int bound);
}

/// <summary>The guest's own decision to stop: a driver that waited past its limit.</summary>
public sealed class GuestPanicException(string message) : Exception(message);
