using System.Collections.Immutable;

namespace VIommuActors.Scenarios;

/// <summary>A scenario that cannot be used, with everything that was found wrong with it.</summary>
public sealed class ScenarioException : Exception
{
    /// <summary>Wraps what was found; the message has one error a line.</summary>
    public ScenarioException(IEnumerable<ScenarioError> errors)
        : this([.. errors])
    {
    }

    private ScenarioException(ImmutableArray<ScenarioError> errors)
        : base(string.Join('\n', errors)) => Errors = errors;

    /// <summary>At least one, in the order of the text.</summary>
    public ImmutableArray<ScenarioError> Errors { get; }

    internal static ScenarioException One(ScenarioError error) => new([error]);
}
