namespace VIommuActors.Cli.Rendering;

/// <summary>Shows how far long work has come.</summary>
internal interface IProgressView
{
    /// <summary>Does <paramref name="work"/>, which reports how much of <paramref name="total"/> is done.</summary>
    T During<T>(string title, long total, Func<Action<long>, T> work);
}

/// <summary>Shows nothing.</summary>
internal sealed class NoProgress : IProgressView
{
    /// <inheritdoc/>
    public T During<T>(string title, long total, Func<Action<long>, T> work) => work(_ => { });
}
