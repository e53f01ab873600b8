using VIommuActors.Trace;
using VIommuActors.Trace.Timeline;

namespace VIommuActors.Cluster.Timeline;

/// <summary>What the trace of a half says of itself at its beginning and its end.</summary>
internal sealed class HalfRemark : ITraced
{
    private readonly string _run = "", _node = "", _party = "";
    private readonly int _machine, _process;
    private readonly ulong _unixNs;

    private HalfRemark(string name) => Name = name;

    private HalfRemark(string run, int machine, int process, string node, ulong unixNs)
        : this(TimelineWords.Half) => (_run, _machine, _process, _node, _unixNs) = (run, machine, process, node, unixNs);

    private HalfRemark(string party, string node, int process)
        : this(TimelineWords.Lives) => (_party, _node, _process) = (party, node, process);

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>Nothing more will come, nothing is missing.</summary>
    public static HalfRemark Ended { get; } = new(TimelineWords.Ended);

    /// <summary>The half goes on without its trace.</summary>
    public static HalfRemark Stopped { get; } = new(TimelineWords.Stopped);

    /// <summary>Whose trace this is.</summary>
    public static HalfRemark Half(string run, int machine, int process, string node, ulong unixNs) =>
        new(run, machine, process, node, unixNs);

    /// <summary>Where a party lives.</summary>
    public static HalfRemark Lives(string party, string node, int process) => new(party, node, process);

    /// <inheritdoc/>
    public void Describe(ref TraceFields fields)
    {
        switch (Name)
        {
            case TimelineWords.Half:
                fields.AddText(TimelineWords.Run, _run);
                fields.AddNumber(TimelineWords.Machine, _machine);
                fields.AddNumber(TimelineWords.Process, _process);
                fields.AddText(TimelineWords.Node, _node);
                fields.Add(TimelineWords.UnixNs, _unixNs);
                break;
            case TimelineWords.Lives:
                fields.AddText(TimelineWords.Party, _party);
                fields.AddText(TimelineWords.Node, _node);
                fields.AddNumber(TimelineWords.Process, _process);
                break;
        }
    }
}
