using System.Collections.Immutable;
using VIommuActors.Blueprints.Figures;
using VIommuActors.Cluster.Runs;
using VIommuActors.Oracle;
using VIommuActors.RealTime;

namespace VIommuActors.Cluster.Orchestration;

/// <summary>What a cluster run came to: machines that nothing struck, machines that were hit and what they lost, and the verdict.</summary>
public sealed class RunReport
{
    /// <summary>Sentences that are kept of each kind.</summary>
    public const int Kept = 200;

    private RunReport(ClusterRun run, RunFigures figures) => (Run, Figures) = (run, figures);

    /// <summary>The run.</summary>
    public ClusterRun Run { get; }

    /// <summary>The sums over machines that told; stuck are those that should have ended.</summary>
    public RunFigures Figures { get; }

    /// <summary>Machines that ended without having noticed anything.</summary>
    public int Spared { get; private set; }

    /// <summary>Machines that ended and lost a device model on the way.</summary>
    public int Hit { get; private set; }

    /// <summary>Machines that went down with their hypervisor's node.</summary>
    public int Lost { get; private set; }

    /// <summary>Machines that did not end although nothing that happened explains it.</summary>
    public int Unexplained { get; private set; }

    /// <summary>Device models that were fenced and replaced.</summary>
    public long Replaced { get; private set; }

    /// <summary>What the machines that were hit lost, and what nothing explains, a sentence each.</summary>
    public ImmutableArray<string> Losses { get; private set; } = [];

    /// <summary>Reads a run that is over.</summary>
    /// <param name="run">The run.</param>
    /// <param name="struck">Nodes that died or ended meanwhile, by name.</param>
    public static RunReport Of(ClusterRun run, IReadOnlySet<string> struck)
    {
        var figures = new RunFigures(run.Order.Definition.Protocol) { Runs = 1 };
        var report = new RunReport(run, figures);
        var losses = new List<string>();
        run.Read(vms =>
        {
            for (var vm = 0; vm < vms.Count; vm++) report.Add(vm, vms[vm], struck, losses);
            return 0;
        });
        report.Losses = [.. losses.Take(Kept)];
        figures.StuckVcpus = report.Unexplained;
        figures.Remarks = [.. losses.Where(loss => loss.Contains(Nothing, StringComparison.Ordinal)).Take(20)];
        return report;
    }

    private const string Nothing = "nothing explains it";

    private void Add(int number, VmOutcome vm, IReadOnlySet<string> struck, List<string> losses)
    {
        if (vm.Figures is { } told) Sum(number, told);
        if (vm.State == VmState.Ended && vm.Figures is { } ended)
        {
            // What was issued ended in one of three ways, or the machine only says that it is over.
            if (ended.Dmas != ended.Done + ended.Faulted + ended.Abandoned || (ended.Sessions == 1 && ended.Abandoned > 0))
            {
                Unexplained++;
                Say($"{ended.Dmas} requests, {ended.Done} done, {ended.Faulted} refused, {ended.Abandoned} given up; {Nothing}");
            }
            else if (ended.Sessions > 1)
            {
                Hit++;
                Replaced += ended.Sessions - 1;
                Say($"lost its device model {ended.Sessions - 1} times, and {ended.Abandoned} of {ended.Dmas} requests with it");
            }
            else Spared++;
            return;
        }
        if (vm.State == VmState.Lost && vm.Node is { } node && struck.Contains(node))
        {
            Lost++;
            if (vm.Figures is { } last) Say($"{vm.Lost}; {last.Open} requests were open");
            else Say($"{vm.Lost}; nothing is known of its requests");
            return;
        }
        Unexplained++;
        Say($"{vm.State.ToString().ToLowerInvariant()} on {vm.Node ?? "no node"}: {vm.Lost ?? "never ended"}; {Nothing}");

        void Say(FormattableString what) =>
            losses.Add(FormattableString.Invariant($"machine {number}: {FormattableString.Invariant(what)}"));
    }

    private void Sum(int number, Wire.Messages.VmFigures told)
    {
        if (FirstBroken is null && told.Details.Length > 0) FirstBroken = number;
        Figures.Dmas += told.Dmas;
        Figures.DmasDone += told.Done;
        Figures.DmasFaulted += told.Faulted;
        Figures.DmasAbandoned += told.Abandoned;
        Figures.DmasOpen += told.Open;
        Figures.Invalidations += told.Invalidations;
        Figures.Messages += told.Messages;
        foreach (var property in Properties.All)
        {
            if ((int)property < told.Violations.Length) Figures[property] += told.Violations[(int)property];
        }
        if (Latencies.Decode(told.InvalidationNs) is { } invalidations) Figures.InvalidationNs.Add(invalidations);
        if (Latencies.Decode(told.DmaNs) is { } dmas) Figures.DmaNs.Add(dmas);
        foreach (var detail in told.Details.Take(Kept - Details.Length))
            Details = Details.Add(FormattableString.Invariant($"machine {number}: {detail}"));
    }

    /// <summary>The first machine in which something was broken; null when nothing was.</summary>
    public int? FirstBroken { get; private set; }

    /// <summary>The first violations, a sentence each.</summary>
    public ImmutableArray<string> Details { get; private set; } = [];
}
