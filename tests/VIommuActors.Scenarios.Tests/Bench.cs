namespace VIommuActors.Scenarios.Tests;

/// <summary>Scenario files in a directory of their own.</summary>
internal sealed class Bench : IDisposable
{
    private static int _count;

    private readonly string _folder;

    public Bench()
    {
        _folder = Path.Combine(Path.GetTempPath(), $"viommu-scenarios-{Environment.ProcessId}-{Interlocked.Increment(ref _count)}");
        Directory.CreateDirectory(_folder);
    }

    public static string Repository { get; } = FindRepository();

    /// <summary>Message names that stand for what the simulation knows.</summary>
    public static string[] Messages { get; } = ["DrainComplete", "DrainRequest", "Translate"];

    public static string[] Parties { get; } = ["dummy-viommu", "hypervisor", "vcpu"];

    public string Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    public string Write(string name, byte[] bytes)
    {
        var path = Write(name, "");
        File.WriteAllBytes(path, bytes);
        return path;
    }

    public LoadedScenario Load(string text, params string[] sets) =>
        ScenarioLoader.Resolve(Write("test.conf", text), sets, Messages, Parties);

    public IReadOnlyList<ScenarioError> Errors(string text, params string[] sets) =>
        Assert.Throws<ScenarioException>(() => Load(text, sets)).Errors;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string FindRepository()
    {
        var at = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(at.FullName, "hocon", "reference.conf")))
        {
            at = at.Parent ?? throw new InvalidOperationException("the tests run inside the source tree");
        }
        return at.FullName;
    }
}
