using System.Text.Json.Nodes;
using VIommuActors.Q35;
using VIommuActors.Vtd;

namespace VIommuActors.Qtest.Qmp;

/// <summary>The machine as its monitors see it. They share it: what one does, the others hear of as an event.</summary>
/// <param name="platform">What <c>system_reset</c> resets.</param>
/// <param name="release">The release it passes for.</param>
/// <param name="clock">Wall clock for the time stamps of events.</param>
/// <param name="paused">True when it waits for <c>cont</c> (<c>-S</c>).</param>
public sealed class MonitoredMachine(IPlatform platform, QemuRelease release, TimeProvider clock, bool paused = false)
{
    /// <summary>Every monitor sends this object.</summary>
    internal event Action<JsonObject>? Happened;

    /// <summary>The release it passes for.</summary>
    public QemuRelease Release { get; } = release;

    /// <summary>QEMU's word for its state.</summary>
    public string Status { get; private set; } = paused ? "prelaunch" : "running";

    /// <summary>True from <c>quit</c> on: the process should end with code 0.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Platform reset.</summary>
    public void Reset()
    {
        platform.Reset();
        Tell("RESET", Reason("host-qmp-system-reset"));
    }

    /// <summary>The machine stops; time is the client's either way.</summary>
    public void Stop()
    {
        if (Status != "running") return;
        Status = "paused";
        Tell("STOP", null);
    }

    /// <summary>The machine goes on.</summary>
    public void Continue()
    {
        if (Status == "running") return;
        Status = "running";
        Tell("RESUME", null);
    }

    /// <summary>The end, because of <c>quit</c>.</summary>
    public void Quit() => End("host-qmp-quit");

    /// <summary>The end, because of a signal.</summary>
    public void Terminate() => End("host-signal");

    private void End(string reason)
    {
        if (HasEnded) return;
        HasEnded = true;
        Tell("SHUTDOWN", Reason(reason));
    }

    private static JsonObject Reason(string reason) => new() { ["guest"] = false, ["reason"] = reason };

    private void Tell(string name, JsonObject? data)
    {
        var now = clock.GetUtcNow();
        var told = new JsonObject
        {
            ["timestamp"] = new JsonObject { ["seconds"] = now.ToUnixTimeSeconds(), ["microseconds"] = now.Ticks % TimeSpan.TicksPerSecond / 10 },
            ["event"] = name,
        };
        if (data is not null) told["data"] = data;
        Happened?.Invoke(told);
    }
}
