using VIommuActors.Trace;

namespace VIommuActors.Experiments.Tests;

/// <summary>Reads from a trace how long a device always had at least one request.</summary>
internal static class BusyPeriods
{
    public static long Longest(byte[] trace, string device)
    {
        using var stream = new MemoryStream(trace);
        long open = 0, since = 0, longest = 0;
        foreach (var line in new TraceReader(stream, "trace").ReadToEnd())
        {
            if (line is not TraceEvent e) continue;
            if (e.Message == "Doorbell" && e.To == device)
            {
                if (open++ == 0) since = e.TimeNs;
            }
            else if (e.Message == "DmaCompleted" && e.From == device && --open == 0) longest = Math.Max(longest, e.TimeNs - since);
        }
        return longest;
    }
}
