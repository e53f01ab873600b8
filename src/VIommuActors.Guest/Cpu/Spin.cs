namespace VIommuActors.Guest.Cpu;

/// <summary>
/// How long a polling loop relaxes between two looks. Linux does not relax at all; neither do the first <see cref="Tight"/> looks here,
/// so completions that come soon are seen to the nanosecond. After that the pause doubles every <see cref="Tight"/> looks, which keeps
/// a ten-second time limit at a few thousand messages and a late sighting within 1/<see cref="Tight"/> of the wait and a microsecond.
/// </summary>
/// <param name="relaxAtOnce">
/// Relax after the first look already. In a run without time a pause ends when nothing else can happen, so a loop that relaxes at once
/// looks once at any moment and then only when it must: endless schedules of looks that see nothing are left out, and nothing else.
/// </param>
/// <param name="givesWay">
/// Relax after each look for as good as no time, where others have to run for there to be anything to see. The doubling begins as late.
/// </param>
public struct Spin(bool relaxAtOnce = false, bool givesWay = false)
{
    /// <summary>Looks between two doublings.</summary>
    public const int Tight = 64;

    private const long FirstPauseNs = 1000;
    private int _looks;

    /// <summary>The polling of a vCPU.</summary>
    public static Spin Of(IGuestCpu cpu) => new(cpu.RelaxesAtOnce, cpu.GivesWay);

    /// <summary>Nanoseconds to relax before the next look.</summary>
    public long NextPauseNs()
    {
        var doublings = relaxAtOnce ? ++_looks : _looks++ / Tight;
        return doublings == 0 ? givesWay ? 1 : 0 : FirstPauseNs << Math.Min(doublings - 1, 20);
    }
}
