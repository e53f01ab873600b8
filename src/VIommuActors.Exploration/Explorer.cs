using System.Text.Json.Nodes;
using VIommuActors.Exploration.Internals;
using VIommuActors.Exploration.Strategies;
using VIommuActors.Simulation;

namespace VIommuActors.Exploration;

/// <summary>Runs a world under one schedule after the other and checks it after each.</summary>
/// <param name="kernel">The kernel of the simulated system in which the world lives.</param>
public sealed class Explorer(SimKernel kernel)
{
    /// <summary>Searches until the strategy, the budget or the caller ends it.</summary>
    /// <param name="world">The program.</param>
    /// <param name="options">Strategy, bounds, budget.</param>
    /// <param name="cancel">Ends the search; the schedule in progress is given up and not counted.</param>
    /// <exception cref="InvalidOperationException">The same choices did not lead to the same state twice.</exception>
    /// <exception cref="ArgumentException">The checkpoint is that of another search.</exception>
    /// <exception cref="SimEscapeException">An actor did something on a thread that the kernel does not control.</exception>
    public ExploreResult Explore(IWorld world, ExploreOptions options, CancellationToken cancel)
    {
        var strategy = options.Strategy;
        var tally = new Tally(strategy);
        strategy.Attach(kernel, options.Prefix.Count);
        if (options.Resume is { } saved)
        {
            tally.Load(saved.Json);
        }

        var recorder = RunRecorder.For(strategy, options.Prefix);
        while (true)
        {
            if (tally.First is not null && options.StopAtViolation)
            {
                return tally.Result(ExploreEnd.Violation, options);
            }

            if (cancel.IsCancellationRequested)
            {
                return tally.Result(ExploreEnd.Cancelled, options);
            }

            if (!strategy.Begin(tally.Schedules + 1))
            {
                return tally.Result(ExploreEnd.Exhausted, options);
            }

            if (tally.Schedules >= options.MaxSchedules || options.Continue?.Invoke(tally.Progress) == false)
            {
                return tally.Result(ExploreEnd.Budget, options);
            }

            RunOne(world, options, strategy, recorder, tally, cancel);
        }
    }

    /// <summary>Runs one recorded schedule again.</summary>
    /// <param name="world">The program.</param>
    /// <param name="choices">The choices of the schedule; after the last one the first choice is taken.</param>
    /// <param name="observer">Sees the steps, before the world's own observer; null for none.</param>
    /// <param name="options">Bounds of the schedule; those of the search that found it. The strategy is not used.</param>
    /// <param name="cancel">Ends the schedule early.</param>
    public ReplayResult Replay(
        IWorld world, IReadOnlyList<int> choices, IStepObserver? observer, ExploreOptions options, CancellationToken cancel)
    {
        var recorded = new RecordedChoice(choices);
        var hash = new HistoryHash();
        var (property, end) = RunWith(world, recorded, new Both(hash, observer, world.Observer), options, cancel);
        bool followed = recorded.Followed && recorded.Taken.Count == choices.Count;
        return new ReplayResult(followed, property, kernel.Steps, end, hash.Value());
    }

    /// <summary>One schedule under any choice.</summary>
    internal (string? Property, RunEnd End) RunWith(
        IWorld world, IChoice choice, IStepObserver observer, ExploreOptions bounds, CancellationToken cancel)
    {
        kernel.Faults = world.Faults;
        kernel.BeginRun(choice, observer);
        try
        {
            world.Begin(kernel);
            var end = kernel.Run(bounds.MaxSteps, bounds.MaxTimeNs, cancel);
            return (world.Check(), end);
        }
        finally
        {
            world.End(kernel);
        }
    }

    private void RunOne(
        IWorld world, ExploreOptions options, IStrategy strategy, RunRecorder recorder, Tally tally, CancellationToken cancel)
    {
        kernel.Faults = world.Faults;
        recorder.Begin(world.Observer);
        kernel.BeginRun(recorder, recorder);
        try
        {
            world.Begin(kernel);
            var end = kernel.Run(options.MaxSteps, options.MaxTimeNs, cancel);
            if (end == RunEnd.Stopped && cancel.IsCancellationRequested)
            {
                return;
            }

            if (!strategy.End())
            {
                tally.Redundant++;
                return;
            }

            tally.Count(world.Check(), end, kernel.Steps, recorder, options.CountDistinct);
        }
        finally
        {
            world.End(kernel);
        }
    }

    private sealed class Both(HistoryHash hash, IStepObserver? first, IStepObserver? second) : IStepObserver
    {
        public void Delivering(in Step step)
        {
            hash.Add(step.Lane);
            first?.Delivering(step);
            second?.Delivering(step);
        }
    }

    /// <summary>The numbers of a search, saved and loaded with it.</summary>
    private sealed class Tally(IStrategy strategy)
    {
        private readonly HashSet<ulong> _traces = [];
        private long _steps;
        private long _longest;
        private long _violations;
        private long _stepLimits;
        private long _timeLimits;
        private long _stops;

        public long Schedules { get; private set; }

        public long Redundant { get; set; }

        public FoundViolation? First { get; private set; }

        public ExploreProgress Progress => new(Schedules, _steps, _traces.Count, _violations);

        public void Count(string? property, RunEnd end, long steps, RunRecorder recorder, bool distinct)
        {
            Schedules++;
            _steps += steps;
            _longest = Math.Max(_longest, steps);
            if (distinct)
            {
                _traces.Add(recorder.Trace);
            }

            if (property is not null)
            {
                _violations++;
                First ??= new FoundViolation(
                    property, Schedules, strategy.SeedOf(Schedules), steps, recorder.Choices, recorder.Trace);
            }

            _stepLimits += end == RunEnd.StepLimit ? 1 : 0;
            _timeLimits += end == RunEnd.TimeLimit ? 1 : 0;
            _stops += end == RunEnd.Stopped ? 1 : 0;
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
                Violations = _violations,
                FirstViolation = First,
                Complete = end == ExploreEnd.Exhausted && strategy.Proves && whole,
                NotExplored = [.. NotExplored(end, options)],
                Checkpoint = end == ExploreEnd.Exhausted ? null : new ExploreCheckpoint(Save()),
            };
        }

        public void Load(JsonObject json)
        {
            if ((string?)json["strategy"] != strategy.Name)
            {
                throw new ArgumentException($"The saved search used {json["strategy"]}, not {strategy.Name}.");
            }

            strategy.Load(json["state"]!.AsObject());
            Schedules = (long)json["schedules"]!;
            Redundant = (long)json["redundant"]!;
            _steps = (long)json["steps"]!;
            _longest = (long)json["longest"]!;
            _violations = (long)json["violations"]!;
            _stepLimits = (long)json["stepLimits"]!;
            _timeLimits = (long)json["timeLimits"]!;
            _stops = (long)json["stops"]!;
            ExploreCheckpoint.Unpack((string)json["traces"]!, _traces);
            if (json["first"] is JsonObject first)
            {
                First = new FoundViolation(
                    (string)first["property"]!,
                    (long)first["schedule"]!,
                    (ulong)first["seed"]!,
                    (long)first["steps"]!,
                    [.. first["choices"]!.AsArray().Select(c => (int)c!)],
                    (ulong)first["trace"]!);
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
            ["violations"] = _violations,
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
}
