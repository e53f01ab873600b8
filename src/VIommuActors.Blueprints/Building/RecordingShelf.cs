using VIommuActors.Guest.Recording;
using VIommuActors.Guest.Replay;
using VIommuActors.Scenarios;

namespace VIommuActors.Blueprints.Building;

/// <summary>Recordings that have been read; each is read once.</summary>
public sealed class RecordingShelf
{
    private readonly Dictionary<string, ReplayScript> _scripts = [];

    /// <summary>The script of a recording: a name of <see cref="ScenarioFiles"/>, or a path.</summary>
    /// <exception cref="RecordedTraceException">The recording cannot be read.</exception>
    public ReplayScript Get(string file)
    {
        if (_scripts.TryGetValue(file, out var script)) return script;
        using var stream = ScenarioFiles.Open(file);
        script = new ReplayScript(RecordedTrace.Read(stream, file));
        _scripts.Add(file, script);
        return script;
    }
}
