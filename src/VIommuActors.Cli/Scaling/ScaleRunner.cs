using System.Globalization;
using VIommuActors.RealTime.Scaling;

namespace VIommuActors.Cli.Scaling;

/// <summary>Does a run of many guests and shows how far it has come.</summary>
internal static class ScaleRunner
{
    /// <summary>Runs. Cancelled, it comes back soon with what there is.</summary>
    /// <exception cref="RunVoidException">A party failed.</exception>
    public static ScaleOutcome Run(ToolSession session, ScalePlan plan)
    {
        var run = new ScaleRun(plan.Request);
        try
        {
            var guests = plan.Request.Scenario.Topology.Guests;
            var progress = session.Progress();
            progress.During("scale: guests booted", guests, told => Wait(run.Start(told, session.Cancel)));
            if (plan.Duration is { } duration)
            {
                var title = string.Create(CultureInfo.InvariantCulture, $"scale: {guests:#,0} guests at work, ms");
                progress.During(title, (long)duration.TotalMilliseconds, told =>
                    Wait(run.Measure(duration, (elapsed, _) => told((long)elapsed.TotalMilliseconds), session.Cancel)));
            }
            else
            {
                progress.During("scale: guests that have done their rounds", guests, told =>
                    Wait(run.Measure(null, (_, ended) => told(ended), session.Cancel)));
            }
            ScaleResult? result = null;
            progress.During("scale: guests ended", guests, told => Wait(Finish(told)));
            return new ScaleOutcome(plan, result!);

            async Task Finish(Action<long> told) => result = await run.Finish(told, session.Cancel);
        }
        finally
        {
            Wait(run.DisposeAsync().AsTask());
        }
    }

    private static bool Wait(Task task)
    {
        task.GetAwaiter().GetResult();
        return true;
    }
}
