namespace VIommuActors.Cli.Rendering;

/// <summary>
/// Progress as lines: none in the first two seconds, then one for each tenth of the work and one when ten seconds brought none.
/// </summary>
internal sealed class PlainProgress(TextWriter output, TimeProvider clock) : IProgressView
{
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(2), Silence = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    public T During<T>(string title, long total, Func<Action<long>, T> work)
    {
        var start = clock.GetTimestamp();
        var (lastTenth, lastLine) = (0L, TimeSpan.Zero);
        return work(done =>
        {
            var elapsed = clock.GetElapsedTime(start);
            var tenth = total <= 0 ? 0 : done * 10 / total;
            if (elapsed < Quiet || done == total || (tenth == lastTenth && elapsed - lastLine < Silence))
            {
                return;
            }
            (lastTenth, lastLine) = (tenth, elapsed);
            var of = total <= 0 ? "" : $"/{Numbers.Count(total)} ({done * 100 / total} %), about {Left(elapsed, done, total)} left";
            output.WriteLine($"{title}: {Numbers.Count(done)}{of}");
        });
    }

    private static string Left(TimeSpan elapsed, long done, long total) =>
        done <= 0 ? "?" : $"{(long)Math.Ceiling(elapsed.TotalSeconds * (total - done) / done)} s";
}
