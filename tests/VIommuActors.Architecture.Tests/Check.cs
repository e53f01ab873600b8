namespace VIommuActors.Architecture.Tests;

/// <summary>What a rule found, told in full.</summary>
internal static class Check
{
    /// <summary>Passes when a rule has found nothing.</summary>
    public static void None(IEnumerable<string> found)
    {
        var all = found.ToList();
        Assert.True(all.Count == 0, string.Join(Environment.NewLine, all));
    }
}
