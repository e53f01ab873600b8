namespace VIommuActors.Exploration;

/// <summary>Why a search ended.</summary>
public enum ExploreEnd
{
    /// <summary>The strategy has nothing left to try.</summary>
    Exhausted,

    /// <summary>A property was violated and one violation was enough.</summary>
    Violation,

    /// <summary>The number of schedules was reached, or <see cref="ExploreOptions.Continue"/> said no.</summary>
    Budget,

    /// <summary>The cancellation token fired.</summary>
    Cancelled,
}
