namespace VIommuActors.Trace.Timeline;

/// <summary>
/// The notes by which the traces of a machine's halves, one file for each process, say what a merger has to know, and those that a merged
/// trace begins with.
/// </summary>
/// <remarks>
/// Steps of a half are numbered from 1 without gaps, so the number of a step is also its count in the half's component of the vector
/// clock. Process 0 is the hypervisor half, process n the device model of session n.
/// </remarks>
public static class TimelineWords
{
    /// <summary>
    /// First line below the header of a half's file: <see cref="Run"/>, <see cref="Machine"/>, <see cref="Process"/>, <see cref="Node"/>,
    /// and <see cref="UnixNs"/>, the wall clock at the time of the note.
    /// </summary>
    public const string Half = "half";

    /// <summary>A party (<see cref="Party"/>) and where it lives (<see cref="Node"/>, <see cref="Process"/>).</summary>
    public const string Lives = "lives";

    /// <summary>
    /// Right above the step that it is about: its message was sent by <see cref="Process"/> during <see cref="Step"/>, and came with the
    /// vector clock <see cref="Clock"/>.
    /// </summary>
    public const string Arrived = "arrived";

    /// <summary>The half goes on, but its trace has as many steps as it may have, or can no longer be written.</summary>
    public const string Stopped = "stopped";

    /// <summary>Last line: the half ended, and nothing is missing above.</summary>
    public const string Ended = "ended";

    /// <summary>
    /// First line below the header of a merged trace: <see cref="Run"/>, <see cref="Machine"/>, how many halves and steps.
    /// </summary>
    public const string Timeline = "timeline";

    /// <summary>In a merged trace: what is not in it, as a sentence (<see cref="What"/>).</summary>
    public const string Gap = "gap";

    /// <summary>Who makes the notes of a half.</summary>
    public const string ByNode = "node";

    /// <summary>Who notes an arrival.</summary>
    public const string ByLink = "link";

    /// <summary>Who makes the notes of a merged trace.</summary>
    public const string ByTimeline = "timeline";

    /// <summary>The run's name.</summary>
    public const string Run = "run";

    /// <summary>Number of the machine.</summary>
    public const string Machine = "machine";

    /// <summary>Number of the process within the machine.</summary>
    public const string Process = "process";

    /// <summary>Name of the cluster's node.</summary>
    public const string Node = "node";

    /// <summary>Name of a party.</summary>
    public const string Party = "party";

    /// <summary>Nanoseconds since 1970, as 64 bits.</summary>
    public const string UnixNs = "unixNs";

    /// <summary>A step of another half.</summary>
    public const string Step = "step";

    /// <summary>A vector clock as <c>process:count</c> with commas between, in the order of the processes.</summary>
    public const string Clock = "clock";

    /// <summary>A sentence.</summary>
    public const string What = "what";
}
