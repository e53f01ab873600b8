using System.Text.Json.Nodes;
using VIommuActors.Exploration.Strategies;
using VIommuActors.Simulation;

namespace VIommuActors.Exploration.Internals;

/// <summary>The numbers of a search, saved and loaded with it.</summary>
internal sealed class Tally(IStrategy strategy)
{
    private readonly HashSet<ulong> _traces = [];
    private long _steps;
    private long _longest;
    private readonly SortedDictionary<string, long> _violations = new(StringComparer.Ordinal);
    private long _violated; // their sum, asked for after every schedule
    private long _stepLimits;
    private long _timeLimits;
    private long _stops;

    public long Schedules { get; private set; }

    public long Redundant { get; private set; }

    public FoundViolation? First { get; private set; }

    public ExploreProgress Progress => new(Schedules, _steps, _traces.Count, _violated);

    /// <summary>True when the choices of a schedule are to be kept: those of the first violation.</summary>
    public bool Wants(in Outcome outcome) => outcome.Property is not null && First is null;

    /// <summary>Counts the next schedule.</summary>
    /// <param name="outcome">What it came to.</param>
    /// <param name="distinct">Whether distinct executions are counted.</param>
    /// <param name="choices">Its choices; read only when <see cref="Wants"/> says so.</param>
    public void Count(in Outcome outcome, bool distinct, int[] choices)
    {
        if (outcome.Redundant)
        {
            Redundant++;
            return;
        }

        Schedules++;
        _steps += outcome.Steps;
        _longest = Math.Max(_longest, outcome.Steps);
        if (distinct)
        {
            _traces.Add(outcome.Trace);
        }

        if (outcome.Property is { } property)
        {
            _violated++;
            _violations[property] = _violations.GetValueOrDefault(property) + 1;
            First ??= new FoundViolation(property, Schedules, strategy.SeedOf(Schedules), outcome.Steps, choices, outcome.Trace);
        }

        _stepLimits += outcome.End == RunEnd.StepLimit ? 1 : 0;
        _timeLimits += outcome.End == RunEnd.TimeLimit ? 1 : 0;
        // A world may end a schedule at a violation: nothing was left out that could have told more.
        _stops += outcome is { End: RunEnd.Stopped, Property: null } ? 1 : 0;
    }

    public ExploreResult Result(ExploreEnd end, ExploreOptions options)
    {
        bool whole = _stepLimits + _timeLimits + _stops == 0 && strategy.Gap is null;
        return new ExploreResult
        {
            Strategy = strategy.Name,
            End = end,
            Schedules = Schedules,
            Steps = _steps,
            LongestSchedule = _longest,
            DistinctTraces = _traces.Count,
            Redundant = Redundant,
            Violations = _violated,
            ViolationsOf = new SortedDictionary<string, long>(_violations, StringComparer.Ordinal),
            FirstViolation = First,
            Complete = end == ExploreEnd.Exhausted && strategy.Proves && whole,
            NotExplored = [.. NotExplored(end, options)],
            Checkpoint = end == ExploreEnd.Exhausted ? null : new ExploreCheckpoint(Save()),
        };
    }

    /// <exception cref="ArgumentException">It is damaged, or that of another search.</exception>
    public void Load(JsonObject json)
    {
        try
        {
            if ((string?)json["strategy"] != strategy.Name)
            {
                throw new ArgumentException($"The saved search used {json["strategy"]}, not {strategy.Name}.");
            }

            strategy.Load(json.Field("state").AsObject());
            LoadCounts(json);
        }
        catch (Exception error) when (
            error is FormatException or InvalidOperationException or OverflowException or ArgumentOutOfRangeException)
        {
            throw new ArgumentException($"The saved search is damaged: {error.Message}", error);
        }
    }

    private void LoadCounts(JsonObject json)
    {
        Schedules = json.Count("schedules");
        Redundant = json.Count("redundant");
        _steps = json.Count("steps");
        _longest = json.Count("longest", most: _steps);
        var violations = json.Field("violations").AsObject();
        foreach (var (property, _) in violations)
        {
            _violations[property] = violations.Count(property, least: 1, most: Schedules);
            _violated += _violations[property];
        }

        _stepLimits = json.Count("stepLimits", most: Schedules);
        _timeLimits = json.Count("timeLimits", most: Schedules);
        _stops = json.Count("stops", most: Schedules);
        ExploreCheckpoint.Unpack(json.Bytes("traces", sizeof(ulong)), _traces);
        if (_violated > Schedules || _traces.Count > Schedules || (json["first"] is null) != (_violated == 0))
        {
            throw new FormatException("The counts contradict each other.");
        }

        if (json["first"] is { } first)
        {
            First = new FoundViolation(
                (string)first.Field("property")!,
                first.Count("schedule", least: 1, most: Schedules),
                (ulong)first.Field("seed"),
                first.Count("steps", most: _longest),
                [.. first.Items("choices").Select(choice => (int)choice)],
                (ulong)first.Field("trace"));
        }
    }

    private JsonObject Save() => new()
    {
        ["strategy"] = strategy.Name,
        ["state"] = strategy.Save(),
        ["schedules"] = Schedules,
        ["redundant"] = Redundant,
        ["steps"] = _steps,
        ["longest"] = _longest,
        ["violations"] = new JsonObject(_violations.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))),
        ["stepLimits"] = _stepLimits,
        ["timeLimits"] = _timeLimits,
        ["stops"] = _stops,
        ["traces"] = ExploreCheckpoint.Pack(_traces),
        ["first"] = First is null ? null : new JsonObject
        {
            ["property"] = First.Property,
            ["schedule"] = First.Schedule,
            ["seed"] = First.Seed,
            ["steps"] = First.Steps,
            ["choices"] = new JsonArray([.. First.Choices.Select(c => (JsonNode)c)]),
            ["trace"] = First.Trace,
        },
    };

    private IEnumerable<string> NotExplored(ExploreEnd end, ExploreOptions options)
    {
        if (!strategy.Proves)
        {
            yield return $"{strategy.Name} draws schedules: nothing is known about those it did not draw.";
        }
        else if (end != ExploreEnd.Exhausted)
        {
            yield return $"The search ended ({end}) before {strategy.Name} had tried everything.";
        }

        if (options.Prefix.Count > 0)
        {
            yield return $"Only schedules that begin with the given {options.Prefix.Count} choices.";
        }

        if (_stepLimits > 0)
        {
            yield return $"{_stepLimits} schedule(s) were cut at {options.MaxSteps} steps.";
        }

        if (_timeLimits > 0)
        {
            yield return $"{_timeLimits} schedule(s) were cut at {options.MaxTimeNs} ns of virtual time.";
        }

        if (_stops > 0)
        {
            yield return $"{_stops} schedule(s) were stopped by the world before their end.";
        }

        if (strategy.Gap is { } gap)
        {
            yield return gap;
        }
    }
}
