using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;

namespace VIommuActors.Exploration.Internals;

/// <summary>
/// States that schedules went through: how often, which could follow which, and behind which of them nothing is left that no schedule
/// has been to.
/// </summary>
/// <param name="mostStates">What does not fit is not remembered, and counts as never visited.</param>
internal sealed class StateGraph(int mostStates)
{
    private const int None = -1, StateBytes = 20, EdgeBytes = 8;
    private readonly Dictionary<ulong, int> _places = [];
    private readonly List<State> _states = [];
    private readonly List<(int From, int Next)> _edges = []; // those into a state are chained, newest first
    private readonly Stack<int> _exhausted = new();

    /// <summary>Schedules that went through a state; above all such numbers when nothing new is behind it.</summary>
    public uint Visits(ulong state)
    {
        if (!_places.TryGetValue(state, out int place))
        {
            return 0;
        }

        ref var known = ref CollectionsMarshal.AsSpan(_states)[place];
        return known.Open == 0 ? uint.MaxValue : known.Visits;
    }

    /// <summary>A schedule went through a state.</summary>
    /// <param name="state">The state.</param>
    /// <param name="followers">All that can follow it; the same every time. None for the end of a schedule.</param>
    public void Visit(ulong state, ReadOnlySpan<ulong> followers)
    {
        int place = Place(state);
        if (place == None)
        {
            return;
        }

        ref var visited = ref CollectionsMarshal.AsSpan(_states)[place];
        visited.Visits += visited.Visits < uint.MaxValue - 1 ? 1U : 0;
        if (visited.Open == None)
        {
            Expand(place, followers);
        }
    }

    public JsonObject Save()
    {
        byte[] states = new byte[_states.Count * StateBytes];
        foreach (var (hash, place) in _places)
        {
            var entry = states.AsSpan(place * StateBytes);
            var state = _states[place];
            BinaryPrimitives.WriteUInt64LittleEndian(entry, hash);
            BinaryPrimitives.WriteUInt32LittleEndian(entry[8..], state.Visits);
            BinaryPrimitives.WriteInt32LittleEndian(entry[12..], state.Open);
            BinaryPrimitives.WriteInt32LittleEndian(entry[16..], state.LastEdge);
        }

        byte[] edges = new byte[_edges.Count * EdgeBytes];
        for (int i = 0; i < _edges.Count; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(edges.AsSpan(i * EdgeBytes), _edges[i].From);
            BinaryPrimitives.WriteInt32LittleEndian(edges.AsSpan((i * EdgeBytes) + 4), _edges[i].Next);
        }

        return new JsonObject { ["states"] = Convert.ToBase64String(states), ["edges"] = Convert.ToBase64String(edges) };
    }

    public void Load(JsonObject json)
    {
        _places.Clear();
        _states.Clear();
        _edges.Clear();
        for (var at = json.Bytes("states", StateBytes).AsSpan(); at.Length > 0; at = at[StateBytes..])
        {
            if (!_places.TryAdd(BinaryPrimitives.ReadUInt64LittleEndian(at), _states.Count))
            {
                throw new FormatException("A state stands there twice.");
            }

            _states.Add(new State
            {
                Visits = BinaryPrimitives.ReadUInt32LittleEndian(at[8..]),
                Open = BinaryPrimitives.ReadInt32LittleEndian(at[12..]),
                LastEdge = BinaryPrimitives.ReadInt32LittleEndian(at[16..]),
            });
        }

        for (var at = json.Bytes("edges", EdgeBytes).AsSpan(); at.Length > 0; at = at[EdgeBytes..])
        {
            var (from, next) = (BinaryPrimitives.ReadInt32LittleEndian(at), BinaryPrimitives.ReadInt32LittleEndian(at[4..]));
            // A chain leads to older edges only, so it ends.
            if (from < 0 || from >= _states.Count || next < None || next >= _edges.Count)
            {
                throw new FormatException($"Edge {_edges.Count} leads nowhere.");
            }

            _edges.Add((from, next));
        }

        if (_states.Count > mostStates
            || _states.Exists(state => state.Open < None || state.LastEdge < None || state.LastEdge >= _edges.Count))
        {
            throw new FormatException("A state cannot be what it says.");
        }
    }

    /// <summary>Links a state to its followers; it is exhausted once all of them are.</summary>
    private void Expand(int place, ReadOnlySpan<ulong> followers)
    {
        int open = 0;
        foreach (ulong follower in followers)
        {
            int next = Place(follower);
            if (next == None)
            {
                open++; // never known to be exhausted
            }
            else if (_states[next].Open != 0)
            {
                open++;
                ref var followed = ref CollectionsMarshal.AsSpan(_states)[next];
                _edges.Add((place, followed.LastEdge));
                followed.LastEdge = _edges.Count - 1;
            }
        }

        CollectionsMarshal.AsSpan(_states)[place].Open = open;
        if (open == 0)
        {
            Exhaust(place);
        }
    }

    private void Exhaust(int place)
    {
        _exhausted.Push(place);
        while (_exhausted.TryPop(out int done))
        {
            for (int edge = _states[done].LastEdge; edge != None; edge = _edges[edge].Next)
            {
                int from = _edges[edge].From;
                if (--CollectionsMarshal.AsSpan(_states)[from].Open == 0)
                {
                    _exhausted.Push(from);
                }
            }
        }
    }

    private int Place(ulong state)
    {
        if (_places.TryGetValue(state, out int place))
        {
            return place;
        }

        if (_states.Count == mostStates)
        {
            return None;
        }

        _places.Add(state, _states.Count);
        _states.Add(new State { Open = None, LastEdge = None });
        return _states.Count - 1;
    }

    private struct State
    {
        public uint Visits;
        public int Open; // followers that are not exhausted; None when they are not known yet
        public int LastEdge;
    }
}
