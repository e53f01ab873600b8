using VIommuActors.Blueprints.Figures;
using VIommuActors.Cli.Running;
using VIommuActors.Cli.Terminal;
using VIommuActors.Experiments.Figures;
using VIommuActors.Experiments.Running;
using VIommuActors.Oracle;
using VIommuActors.Vtd;

namespace VIommuActors.Cli.Tests;

/// <summary>A console that keeps what is written.</summary>
internal sealed class TestConsole : IToolConsole, IDisposable
{
    private readonly StringWriter _out = new() { NewLine = "\n" }, _error = new() { NewLine = "\n" };

    public TextWriter Out => _out;

    public TextWriter Error => _error;

    public bool OutIsTerminal { get; init; }

    public bool ErrorIsTerminal { get; init; }

    public Dictionary<string, string> Variables { get; } = [];

    public string OutText => _out.ToString();

    public string ErrorText => _error.ToString();

    public string? Variable(string name) => Variables.GetValueOrDefault(name);

    public void Dispose()
    {
        _out.Dispose();
        _error.Dispose();
    }
}

/// <summary>Time that stands until a test moves it.</summary>
internal sealed class StillClock : TimeProvider
{
    private long _ns;

    public override long TimestampFrequency => 1_000_000_000;

    public override long GetTimestamp() => _ns;

    public override DateTimeOffset GetUtcNow() => new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero).AddTicks(_ns / 100);

    public void Advance(double seconds) => _ns += (long)(seconds * 1e9);
}

/// <summary>Runs that a test made up.</summary>
internal sealed class FakeRunner(Func<RunRequest, CancellationToken, RunResult> run) : IRunner
{
    public RunResult Run(RunRequest request, CancellationToken cancel) => run(request, cancel);

    public void Dispose()
    {
    }
}

/// <summary>A folder of its own for a test, gone with it.</summary>
internal sealed class TestFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("viommu-cli-").FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

/// <summary>The tool as a test calls it.</summary>
internal static class Tool
{
    /// <summary>Protocols that keep what they claim, and a bare translation that does not.</summary>
    public static FakeRunner Plausible => new((request, _) => Result(request, request.Protocol == "translate" ? 2 : 0));

    public static (ExitCode Code, string Out, string Error) Run(params string[] args) => Run(new TestConsole(), args);

    public static (ExitCode Code, string Out, string Error) Run(TestConsole console, params string[] args)
    {
        var code = ViommuTool.Run(args, console);
        return (code, console.OutText, console.ErrorText);
    }

    public static (ExitCode Code, string Out, string Error) Run(
        FakeRunner runner, string[] args, TestConsole? console = null, TimeProvider? clock = null, CancellationToken cancel = default)
    {
        console ??= new TestConsole();
        var code = ViommuTool.Run(args, new ToolHost(console, () => runner, clock ?? new StillClock(), cancel));
        return (code, console.OutText, console.ErrorText);
    }

    public static RunResult Result(RunRequest request, long staleWrites = 0, long lostCompletions = 0, RunEnding ending = RunEnding.Complete) =>
        new(Figures(request.Protocol, request.Seed, staleWrites, lostCompletions), ending, Steps: 1234);

    public static RunFigures Figures(string protocol, ulong seed = 1, long staleWrites = 0, long lostCompletions = 0)
    {
        var figures = new RunFigures(protocol)
        {
            Runs = 1,
            Dmas = 320,
            DmasDone = 315,
            DmasFaulted = 5,
            Invalidations = 80,
            Messages = 2000,
            InvalidationMessages = 400,
            DmaHypercalls = 640,
            InvalidationHypercalls = protocol == "drain" ? 80 : 0,
            BytesCopied = protocol == "memcpy" ? 320 * 16_384 : 0,
            VirtualNs = 1_234_567,
        };
        for (var i = 0; i < 80; i++)
        {
            RunFigures.Record(figures.InvalidationNs, 1_500 + i);
            RunFigures.Record(figures.DmaNs, 9_000 + (10 * i));
        }
        figures[Property.StaleWrite] = staleWrites;
        figures[Property.LostCompletion] = lostCompletions;
        if (staleWrites + lostCompletions > 0)
        {
            var broken = staleWrites > 0 ? Property.StaleWrite : Property.LostCompletion;
            figures.Details = [new Violation(broken, new Moment(9, 2400), 0, null, new Iova(seed << 12), new GuestPhysical(0x200000), 1, null, null, 1)];
        }
        return figures;
    }
}
