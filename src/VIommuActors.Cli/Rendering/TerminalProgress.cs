using Spectre.Console;

namespace VIommuActors.Cli.Rendering;

/// <summary>Progress as a bar that vanishes when the work is done.</summary>
internal sealed class TerminalProgress(TextWriter output) : IProgressView
{
    /// <inheritdoc/>
    public T During<T>(string title, long total, Func<Action<long>, T> work)
    {
        var console = TerminalRenderer.Create(output);
        console.Profile.Capabilities.Interactive = true;
        return console.Progress().AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(context =>
            {
                var task = context.AddTask(Markup.Escape(title), maxValue: Math.Max(1, total));
                return work(done => task.Value = done);
            });
    }
}
