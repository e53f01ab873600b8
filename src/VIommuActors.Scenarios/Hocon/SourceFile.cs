namespace VIommuActors.Scenarios.Hocon;

/// <summary>Where a piece of HOCON text came from.</summary>
/// <param name="Display">
/// How errors name it: the path as the user gave it, <c>hocon/scenarios/NAME.conf</c>, or <c>--set key=value</c>.
/// </param>
/// <param name="Directory">Absolute directory that relative paths inside it start from; null for text that is embedded.</param>
/// <param name="HasLines">False for a command-line argument, where line and column would say nothing.</param>
internal sealed record SourceFile(string Display, string? Directory, bool HasLines = true)
{
    public bool IsEmbedded => Directory is null;
}
