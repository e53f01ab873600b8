namespace VIommuActors.Trace.Timeline;

/// <summary>
/// How far the clocks of the halves are apart. Wall clocks say it roughly; messages bound it from both sides, as none arrives before it was
/// sent.
/// </summary>
internal static class TimelineClocks
{
    /// <summary>What has to be added to the times of each half to have them on the clock of the first one.</summary>
    public static long[] Offsets(IReadOnlyList<HalfTrace> halves)
    {
        var first = halves[0];
        var offsets = new long[halves.Count];
        for (var i = 1; i < halves.Count; i++)
        {
            var half = halves[i];
            var guess = half.UnixNs - half.BeganNs - (first.UnixNs - first.BeganNs);
            var (least, most) = (long.MinValue, long.MaxValue);
            foreach (var (sent, got) in Crossings(first, half)) least = Math.Max(least, sent - got);
            foreach (var (sent, got) in Crossings(half, first)) most = Math.Min(most, got - sent);
            // Clocks that run at different speeds can leave nothing between the bounds.
            offsets[i] = least <= most ? Math.Clamp(guess, least, most) : most + ((least - most) / 2);
        }

        return offsets;
    }

    /// <summary>When messages were sent, and when they arrived, each by its own clock.</summary>
    private static IEnumerable<(long Sent, long Got)> Crossings(HalfTrace sender, HalfTrace receiver)
    {
        foreach (var step in receiver.Steps)
        {
            if (step.Arrival is not { } arrival || arrival.Process != sender.Process || arrival.Step > sender.Count) continue;
            yield return (sender.Steps[(int)arrival.Step - 1].At.TimeNs, step.At.TimeNs);
        }
    }
}
