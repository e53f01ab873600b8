using VIommuActors.Seeds;
using VIommuActors.Simulation.Internals;

namespace VIommuActors.Simulation.Tests;

/// <summary>The kernel's own data structures against the obvious, slow ones.</summary>
public sealed class InternalsSpec
{
    [Fact]
    public void The_ready_set_finds_what_a_plain_list_finds()
    {
        var set = new ReadySet();
        var model = new SortedDictionary<int, int>();
        var random = new SeededRandom(1);
        int[] sizes = [40, 5_000, 20_000];
        for (int i = 0; i < 30_000; i++)
        {
            int slot = random.Next(sizes[i * sizes.Length / 30_000]);
            int now = model.GetValueOrDefault(slot);
            int wanted = random.Next(4);
            if (wanted != now)
            {
                set.Add(slot, wanted - now);
                model[slot] = wanted;
            }

            if (i % 100 == 0 && set.Total > 0)
            {
                int k = random.Next(set.Total);
                int left = k;
                int expected = model.First(pair => (left -= pair.Value) < 0).Key;
                Assert.Equal(model.Values.Sum(), set.Total);
                Assert.Equal(expected, set.Find(ref k));
                Assert.Equal(left + model[expected], k);
                int from = random.Next(20_000);
                int next = model.Where(pair => pair.Key >= from && pair.Value > 0).Select(pair => pair.Key).DefaultIfEmpty(-1).First();
                Assert.Equal(next, set.NextReceiver(from));
            }
        }
    }

    [Fact]
    public void The_timed_queue_orders_by_due_time_then_sequence()
    {
        var queue = new TimedQueue();
        var model = new PriorityQueue<int, (long, int)>();
        var random = new SeededRandom(2);
        for (int i = 0; i < 20_000; i++)
        {
            if (random.Chance(i < 10_000 ? 2 : 1, 3))
            {
                long due = random.Next(500);
                queue.Add(due, null, i, null, i);
                model.Enqueue(i, (due, i));
            }
            else if (model.TryDequeue(out int expected, out var key))
            {
                Assert.Equal(key.Item1, queue.FirstDueNs);
                var taken = queue.Take();
                Assert.Equal((expected, (long)expected), ((int)taken.Payload, taken.Cause));
            }

            Assert.Equal(model.Count, queue.Count);
        }
    }

    [Fact]
    public void Cancelled_timers_are_dropped_without_disturbing_the_order()
    {
        var queue = new TimedQueue();
        var random = new SeededRandom(3);
        var kept = new List<(long Due, int Number)>();
        for (int i = 0; i < 5_000; i++)
        {
            long due = random.Next(1_000);
            var entry = new Scheduled((Action)(() => { }), null, null, i, null);
            queue.Add(due, null, entry, null, i);
            if (random.Chance(9, 10))
            {
                entry.Cancel();
            }
            else
            {
                kept.Add((due, i));
            }
        }

        var taken = new List<(long, int)>();
        while (queue.Count > 0)
        {
            long due = queue.FirstDueNs;
            var entry = queue.Take();
            if (entry.Payload is Scheduled { IsCancelled: false } live)
            {
                taken.Add((due, (int)live.PeriodNs));
            }
        }

        Assert.Equal(kept.OrderBy(k => k.Due).ThenBy(k => k.Number), taken);
    }

    [Fact]
    public void A_recorded_choice_repeats_its_prefix_and_then_asks_the_other_strategy()
    {
        var recorded = new RecordedChoice([1, 0, 5], new RandomChoice(4));
        Assert.Equal((1, 0), (recorded.Next(3), recorded.Next(2)));
        Assert.True(recorded.Followed);
        Assert.Equal(2, recorded.Next(3)); // 5 is no longer there: the last one, and the recording is not followed any more
        Assert.False(recorded.Followed);
        var rest = new RandomChoice(4);
        int[] expected = [rest.Next(1000), rest.Next(1000)];
        Assert.Equal(expected, new[] { recorded.Next(1000), recorded.Next(1000) });
        Assert.Equal([1, 0, 2, .. expected], recorded.Taken);
    }
}
