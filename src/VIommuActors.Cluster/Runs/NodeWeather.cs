namespace VIommuActors.Cluster.Runs;

/// <summary>What is done on purpose to everything that this node sends between halves.</summary>
public sealed class NodeWeather
{
    /// <summary>Longest delay that can be asked for.</summary>
    public static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(60);

    private long _delayTicks;

    /// <summary>How much later frames leave; zero normally.</summary>
    public TimeSpan LinkDelay
    {
        get => TimeSpan.FromTicks(Volatile.Read(ref _delayTicks));
        set => Volatile.Write(ref _delayTicks, Math.Clamp(value.Ticks, 0, LongestDelay.Ticks));
    }
}
