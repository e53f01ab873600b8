using VIommuActors.Guest.Cpu;

namespace VIommuActors.Guest.Workloads;

/// <summary>
/// How long a guest leaves a device alone with its buffer, where time is real: every other time until the device is done, else for a
/// part of what that took the last time, so that unmapping falls anywhere into a request's life, be it microseconds or seconds long.
/// </summary>
internal sealed class MeasuredWindow
{
    private long _ns;

    /// <summary>Passes it once, for request <paramref name="work"/>.</summary>
    public async GuestCode Pass(IGuestCpu cpu, long work)
    {
        if (_ns > 0 && cpu.Dice.Next(2) != 0)
        {
            await cpu.Pause(cpu.Dice.Next((int)Math.Min(int.MaxValue, _ns)));
            return;
        }
        var began = cpu.NowNs;
        await cpu.Completion(work);
        // At least 1: a request that was over at once has been measured, too.
        _ns = Math.Max(1, cpu.NowNs - began);
    }
}
