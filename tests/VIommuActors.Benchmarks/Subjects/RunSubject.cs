using VIommuActors.Experiments.Running;
using VIommuActors.Scenarios;
using VIommuActors.Trace;

namespace VIommuActors.Benchmarks.Subjects;

/// <summary>Whole runs of the machine: four devices, two vCPUs, queued invalidation, one DMA request a round, oracle always on.</summary>
public sealed class RunSubject : IDisposable
{
    private const int Vcpus = 2;
    private const string Devices = "topology.devices=[ { kind = dma-engine, count = 4, in-flight = 4 } ]";

    private readonly ScenarioRunner _runner = new();
    private ulong _seed;

    /// <summary>Runs until <paramref name="dmas"/> requests (an even number) are done; every run has a seed of its own.</summary>
    /// <exception cref="InvalidOperationException">The run ended early, or its guests asked for another number of requests.</exception>
    public RunResult Run(string protocol, long dmas, ITraceSink? trace = null)
    {
        var scenario = ScenarioLoader.Load("stale-dma-queued",
        [
            $"protocol={protocol}",
            $"workload.rounds={dmas / Vcpus}",
            $"topology.vcpus={Vcpus}",
            Devices,
            "limits.steps=1000000000000",
            "limits.virtual-ns=1000000000000000000",
        ]);
        var result = _runner.Run(new RunRequest(scenario, protocol, ++_seed, trace));
        return result.Ending == RunEnding.Complete && result.Figures.Dmas == dmas
            ? result
            : throw new InvalidOperationException($"{protocol}: {result.Ending} after {result.Figures.Dmas} of {dmas} requests.");
    }

    /// <summary>As <see cref="Run"/> with a JSON-lines trace that is formatted, hashed and thrown away.</summary>
    public RunResult RunTraced(string protocol, long dmas)
    {
        using var writer = new TraceWriter(Stream.Null, new TraceHeader("stale-dma-queued", protocol, _seed + 1, "benchmarks"));
        return Run(protocol, dmas, writer);
    }

    /// <summary>The most that was alive in the managed heap at a few dozen moments inside a run, in bytes.</summary>
    public long LiveBytes(string protocol, long dmas)
    {
        var probe = new HeapProbe(dmas);
        Run(protocol, dmas, probe);
        return probe.Most;
    }

    /// <inheritdoc/>
    public void Dispose() => _runner.Dispose();

    /// <summary>Looks at the heap while the machine is still there: after the run there would be nothing left to see.</summary>
    private sealed class HeapProbe(long dmas) : ITraceSink
    {
        private readonly long _every = dmas; // a request takes 20 to 40 messages
        private long _seen;

        public bool IsEnabled => true;

        public long Most { get; private set; }

        public void Event(in TraceStep step)
        {
            if (++_seen % _every == 0) Most = Math.Max(Most, GC.GetTotalMemory(forceFullCollection: true));
        }

        public void Note(long step, long timeNs, string by, ITraced remark)
        {
        }
    }
}
