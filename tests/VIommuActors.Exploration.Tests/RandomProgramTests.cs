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
    [InlineData((int)Features.None)]
    [InlineData((int)Features.Delays)]
    [InlineData((int)Features.Waits)]
    [InlineData((int)(Features.Waits | Features.Delays))]
    [InlineData((int)Features.Stash)]
    [InlineData((int)(Features.Stash | Features.Waits | Features.Delays))]
    [InlineData((int)Features.Faults)]
    [InlineData((int)(Features.Faults | Features.Waits))]
    [InlineData((int)Features.Reorders)]
    [InlineData((int)(Features.Reorders | Features.Waits))]
    [InlineData((int)(Features.Reorders | Features.Stash))]
    [InlineData((int)Features.Postpones)]
    [InlineData((int)(Features.Postpones | Features.Delays))]
    [InlineData((int)(Features.Postpones | Features.Waits | Features.Stash))]
    [InlineData((int)Features.Crashes)]
    [InlineData((int)(Features.Crashes | Features.Waits))]
    [InlineData((int)(Features.Crashes | Features.Stash))]
    [InlineData((int)(Features.Reorders | Features.Postpones | Features.Crashes | Features.Delays))]
    [InlineData((int)(Features.Faults | Features.Reorders | Features.Postpones | Features.Crashes | Features.Waits))]
    public void Dpor_finds_every_execution_that_dfs_finds_each_once(int features) =>
        Compare((Features)features, exactly: true);

    [Theory]
    [InlineData((int)Features.FaultTotal)]
    [InlineData((int)(Features.FaultTotal | Features.Reorders | Features.Postpones | Features.Crashes))]
    [InlineData((int)(Features.Shared | Features.Crashes))]
    [InlineData((int)(Features.Shared | Features.Faults | Features.Waits))]
    [InlineData((int)(Features.Shared | Features.Reorders | Features.Postpones | Features.Crashes))]
    [InlineData((int)(Features.Nameless | Features.Forwards | Features.Reorders | Features.Postpones | Features.Delays))]
    [InlineData((int)Features.Shared)]
    [InlineData((int)Features.Nameless)]
    [InlineData((int)Features.Forwards)]
    [InlineData((int)(Features.Shared | Features.Delays | Features.Waits | Features.FaultTotal | Features.Nameless | Features.Forwards))]
    public void Dpor_reaches_every_outcome_that_dfs_reaches(int features) =>
        Compare((Features)features, exactly: false);

    [Theory]
    [InlineData((int)(Features.Waits | Features.Faults | Features.Reorders | Features.Postpones | Features.Crashes), 598, true)]
    [InlineData((int)(Features.Stash | Features.Reorders), 2449, true)]
    [InlineData((int)(Features.Waits | Features.Reorders), 880, true)]
    [InlineData((int)(Features.Waits | Features.Crashes), 430, true)]
    [InlineData((int)(Features.Shared | Features.Reorders | Features.Postpones | Features.Crashes), 39, false)]
    public void Worlds_whose_messages_fates_depend_on_each_other_in_unusual_ways_are_found_whole(int features, ulong seed, bool exactly) =>
        Assert.Equal(1, Compare((Features)features, exactly, seed, seed));

    private void Compare(Features features, bool exactly)
    {
        int compared = Compare(features, exactly, 1, Seeds);
        Assert.True(compared > 50, $"only {compared} worlds were small enough");
    }

    private int Compare(Features features, bool exactly, ulong from, ulong to)
    {
        using var sim = SimSystem.Create("programs");
        var explorer = new Explorer(sim.Kernel);
        int compared = 0;
        long all = 0, reduced = 0, distinct = 0, redundant = 0;
        for (ulong seed = from; seed <= to; seed++)
        {
            var program = new RandomProgram(sim, seed, features, actors: 3 + (int)(seed % 2), fuel: 1 + (int)(seed % 3));
            var dfs = explorer.Explore(program, PeerFixture.Options(new DfsStrategy(), from == to ? 4 * Limit : Limit), CancellationToken.None);
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
        Assert.True(redundant <= (exactly ? 0 : reduced), $"{redundant} redundant runs beside {reduced}");
        return compared;
    }
}
