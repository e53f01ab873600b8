using VIommuActors.Scenarios.Hocon;

namespace VIommuActors.Scenarios.Loading;

/// <summary>Collects errors, up to a number that a person would still read.</summary>
internal sealed class ErrorList
{
    private const int Max = 100;

    private readonly List<ScenarioError> _errors = [];

    public void Add(SourcePosition at, string key, string value, string message, string accepted)
    {
        if (_errors.Count < Max)
        {
            _errors.Add(at.Error(key, value, message, accepted));
        }
    }

    public void AddAll(IEnumerable<ScenarioError> errors) => _errors.AddRange(errors.Take(Max - _errors.Count));

    /// <exception cref="ScenarioException">There are errors. Those of one file are in the order of its lines.</exception>
    public void ThrowIfAny()
    {
        if (_errors.Count > 0)
        {
            var files = _errors.Select(e => e.File).Distinct().ToList();
            throw new ScenarioException(_errors.OrderBy(e => files.IndexOf(e.File)).ThenBy(e => e.Line).ThenBy(e => e.Column));
        }
    }
}
