using BenchmarkDotNet.Attributes;
using VIommuActors.Benchmarks.Subjects;
using VIommuActors.Protocols;

namespace VIommuActors.Benchmarks;

/// <summary>One DMA request with all that belongs to it: map, translate, move, invalidate, unmap; by design, and with a trace.</summary>
[MemoryDiagnoser]
public class RunBenchmarks : IDisposable
{
    private const int Dmas = 10_000;
    private readonly RunSubject _subject = new();

    [ParamsSource(nameof(Protocols))]
    public string Protocol { get; set; } = "";

    public static IEnumerable<string> Protocols => ProtocolCatalog.All.Select(protocol => protocol.Name);

    [Benchmark(Baseline = true, OperationsPerInvoke = Dmas)]
    public long WholeDma() => _subject.Run(Protocol, Dmas).Steps;

    [Benchmark(OperationsPerInvoke = Dmas)]
    public long WholeDmaWithTrace() => _subject.RunTraced(Protocol, Dmas).Steps;

    [GlobalCleanup]
    public void Dispose()
    {
        _subject.Dispose();
        GC.SuppressFinalize(this);
    }
}
