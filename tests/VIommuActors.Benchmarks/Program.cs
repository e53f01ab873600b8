using BenchmarkDotNet.Running;
using VIommuActors.Benchmarks.Bars;

// `bars` is ours; everything else is BenchmarkDotNet's own command line.
if (args is [VIommuActors.Benchmarks.Subjects.RemoteSubject.Verb])
{
    return VIommuActors.Benchmarks.Subjects.RemoteSubject.Echo();
}

if (args is [VIommuActors.Benchmarks.Subjects.OwnProcess.Verb, .. var words])
{
    return VIommuActors.Benchmarks.Subjects.OwnProcess.Run(words);
}

if (args is ["bars", .. var filter])
{
    return BarRun.Execute(filter);
}

BenchmarkSwitcher.FromAssembly(typeof(BarRun).Assembly).Run(args);
return 0;
