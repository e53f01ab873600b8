namespace VIommuActors.Qtest.Tests;

/// <summary>Tests that measure the memory of the process run while no other test does.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class MemoryTests
{
    /// <summary>The collection.</summary>
    public const string Name = "memory";
}
