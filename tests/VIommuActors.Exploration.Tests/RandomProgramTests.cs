using VIommuActors.Exploration.Strategies;
using VIommuActors.Simulation;
using Xunit.Abstractions;

namespace VIommuActors.Exploration.Tests;

/// <summary>The reduction against the full search on worlds that nobody tuned it to.</summary>
public sealed class RandomProgramTests(ITestOutputHelper output)
{
    private const int Limit = 1_000;
    private const ulong Seeds = 300;

    [Theory]
    [InlineData((int)Features.None, 0)]
    [InlineData((int)Features.Delays, 0)]
    [InlineData((int)Features.Waits, 0)]
    [InlineData((int)(Features.Waits | Features.Delays), 0)]
    [InlineData((int)Features.Stash, 0)]
    [InlineData((int)(Features.Stash | Features.Waits | Features.Delays), 0)]
    [InlineData((int)Features.Faults, 0.05)]
    [InlineData((int)(Features.Faults | Features.Waits), 0.05)]
    public void Dpor_finds_every_execution_that_dfs_finds_each_once(int features, double allowedRedundancy) =>
        Compare((Features)features, exactly: true, allowedRedundancy);

    [Theory]
    [InlineData((int)Features.FaultTotal)]
    [InlineData((int)Features.Shared)]
    [InlineData((int)Features.Nameless)]
    [InlineData((int)Features.Forwards)]
    [InlineData((int)(Features.Shared | Features.Delays | Features.Waits | Features.FaultTotal | Features.Nameless | Features.Forwards))]
    public void Dpor_reaches_every_outcome_that_dfs_reaches(int features) =>
        Compare((Features)features, exactly: false, allowedRedundancy: 1);

    private void Compare(Features features, bool exactly, double allowedRedundancy)
    {
        using var sim = SimSystem.Create("programs");
        var explorer = new Explorer(sim.Kernel);
        int compared = 0;
        long all = 0, reduced = 0, distinct = 0, redundant = 0;
        for (ulong seed = 1; seed <= Seeds; seed++)
        {
            var program = new RandomProgram(sim, seed, features, actors: 3 + (int)(seed % 2), fuel: 1 + (int)(seed % 3));
            var dfs = explorer.Explore(program, PeerFixture.Options(new DfsStrategy(), Limit), CancellationToken.None);
            if (dfs.Complete && dfs.Schedules > 1)
            {
                string[] expected = [.. program.Outcomes];
                program.Outcomes.Clear();
                var dpor = explorer.Explore(program, PeerFixture.Options(new DporStrategy(), 4 * Limit), CancellationToken.None);
                Assert.True(dpor.Complete, $"seed {seed}: {string.Join(' ', dpor.NotExplored)}");
                Assert.True(
                    expected.SequenceEqual(program.Outcomes),
                    $"seed {seed}: {expected.Length} outcomes, dpor found {program.Outcomes.Count}");
                Assert.True(
                    dpor.DistinctTraces == dfs.DistinctTraces,
                    $"seed {seed}: {dfs.DistinctTraces} executions, dpor found {dpor.DistinctTraces}");
                if (exactly)
                {
                    Assert.True(
                        dpor.Schedules == dfs.DistinctTraces,
                        $"seed {seed}: {dfs.DistinctTraces} executions, {dpor.Schedules} + {dpor.Redundant} runs");
                }

                compared++;
                all += dfs.Schedules;
                reduced += dpor.Schedules;
                distinct += dfs.DistinctTraces;
                redundant += dpor.Redundant;
            }

            program.Stop(sim);
        }

        output.WriteLine($"{features}: {compared} worlds, dfs {all}, dpor {reduced} + {redundant}, distinct {distinct}");
        Assert.True(redundant <= allowedRedundancy * reduced, $"{redundant} redundant runs beside {reduced}");
        Assert.True(compared > 50, $"only {compared} worlds were small enough");
    }
}
