using System.Text.Json.Nodes;
using VIommuActors.Exploration.Internals;
using VIommuActors.Simulation;

namespace VIommuActors.Exploration.Strategies;

/// <summary>Every schedule once, in lexicographic order of the choices: the interleavings themselves, nothing reduced.</summary>
public sealed class DfsStrategy : IStrategy
{
    private readonly List<(int Chosen, int Count)> _path = [];
    private int _at;
    private int _given;
    private bool _exhausted;

    /// <inheritdoc/>
    public string Name => "dfs";

    /// <inheritdoc/>
    public bool Proves => true;

    /// <inheritdoc/>
    public bool NeedsLanes => false;

    /// <inheritdoc/>
    public bool Begin(long schedule)
    {
        _at = 0;
        _path.RemoveRange(_given, _path.Count - _given); // what a schedule chose that was given up
        return !_exhausted;
    }

    /// <inheritdoc/>
    public int Next(ReadOnlySpan<LaneId> enabled) => Next(enabled.Length);

    /// <inheritdoc/>
    public int Next(int count)
    {
        if (_at == _path.Count)
        {
            _path.Add((0, count));
        }
        else if (_path[_at].Count != count)
        {
            throw new InvalidOperationException(
                $"Choice {_at + 1} was among {_path[_at].Count} before and is among {count} now: "
                + "the world does not begin in the same state.");
        }

        return _path[_at++].Chosen;
    }

    /// <inheritdoc/>
    public bool End()
    {
        int last = _at - 1; // a world may stop earlier than the path that led here
        while (last >= 0 && _path[last].Chosen + 1 == _path[last].Count)
        {
            last--;
        }

        if (last < 0)
        {
            _exhausted = true;
            _given = 0;
            return true;
        }

        _path[last] = (_path[last].Chosen + 1, _path[last].Count);
        _given = last + 1;
        return true;
    }

    /// <inheritdoc/>
    public JsonObject Save() => new()
    {
        ["exhausted"] = _exhausted,
        ["chosen"] = new JsonArray([.. _path.Take(_given).Select(p => (JsonNode)p.Chosen)]),
        ["count"] = new JsonArray([.. _path.Take(_given).Select(p => (JsonNode)p.Count)]),
    };

    /// <inheritdoc/>
    public void Load(JsonObject state)
    {
        _exhausted = (bool)state.Field("exhausted");
        _path.Clear();
        _path.AddRange(state.Items("chosen").Zip(state.Items("count"), (c, n) => ((int)c, (int)n)));
        if (_path.Count != state.Items("count").Count() || _path.Count != state.Items("chosen").Count()
            || _path.Exists(step => step.Chosen < 0 || step.Chosen >= step.Count) || (_exhausted && _path.Count > 0))
        {
            throw new FormatException("The choices of the path do not fit.");
        }

        _given = _path.Count;
    }
}
