using VIommuActors.Q35;
using VIommuActors.Qtest;

namespace VIommuActors.Cli.Qtest;

/// <summary>Moves a machine's virtual clock with the host's, or to its timers, while the machine runs.</summary>
/// <param name="kind">What moves it.</param>
/// <param name="platform">The machine.</param>
/// <param name="host">The host's clock.</param>
/// <param name="runs">False while the machine is paused.</param>
internal sealed class Pace(ClockKind kind, IPlatform platform, TimeProvider host, Func<bool> runs)
{
    // Timers that set themselves again must not keep a client waiting for ever.
    private const int MostJumps = 1000;

    private const int TickMs = 5;

    private long _last = host.GetTimestamp();

    /// <summary>Milliseconds after which <see cref="Catch"/> wants to be called again; -1 for never.</summary>
    public int WaitMs => IsRunning ? TickMs : -1;

    private bool IsRunning => kind is ClockKind.Running or ClockKind.RunningAndStepped;

    /// <summary>Lets pass what has passed on the host since the last call.</summary>
    public void Catch()
    {
        if (!IsRunning) return;
        var now = host.GetTimestamp();
        var ns = (long)(host.GetElapsedTime(_last, now).TotalNanoseconds);
        _last = now;
        if (ns > 0 && runs()) platform.Advance(ns);
    }

    /// <summary>A request is over: goes on to the timers that it has set.</summary>
    public void Settle()
    {
        if (kind != ClockKind.Jumping) return;
        for (var i = 0; i < MostJumps && runs() && platform.TryStep(); i++)
        {
        }
    }
}
