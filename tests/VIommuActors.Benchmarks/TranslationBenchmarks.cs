using BenchmarkDotNet.Attributes;
using VIommuActors.Benchmarks.Subjects;

namespace VIommuActors.Benchmarks;

/// <summary>One translation that the IOTLB answers, beside dictionaries with the same 1024 entries.</summary>
[MemoryDiagnoser]
public class HitBenchmarks
{
    private const int Pages = 1024;
    private readonly TranslationSubject _subject = new(Pages);

    [Benchmark(OperationsPerInvoke = Pages)]
    public ulong Hit() => _subject.Translate();

    [Benchmark(Baseline = true, OperationsPerInvoke = Pages)]
    public ulong Dictionary() => _subject.LookUp();

    [Benchmark(OperationsPerInvoke = Pages)]
    public ulong DictionaryOfOneNumber() => _subject.LookUpPacked();
}

/// <summary>One translation that misses the IOTLB and walks four levels, beside the four reads alone.</summary>
[MemoryDiagnoser]
public class MissBenchmarks
{
    private const int Pages = 4096;
    private readonly TranslationSubject _subject = new(Pages);

    [Benchmark(OperationsPerInvoke = Pages)]
    public ulong Miss() => _subject.Translate();

    [Benchmark(Baseline = true, OperationsPerInvoke = Pages)]
    public ulong FourDependentReads() => _subject.ReadFour();
}
