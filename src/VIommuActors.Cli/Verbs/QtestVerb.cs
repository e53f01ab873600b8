using System.Collections.Immutable;
using System.CommandLine;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using VIommuActors.Cli.Qtest;
using VIommuActors.Cli.Reporting;
using VIommuActors.Q35;
using VIommuActors.Qtest.CommandLine;
using VIommuActors.Qtest.Qmp;

namespace VIommuActors.Cli.Verbs;

/// <summary><c>viommu qtest</c>: takes QEMU's command line and answers QEMU's test protocol.</summary>
internal sealed class QtestVerb : Verb
{
    private const string Word = "qtest", Program = "qemu-system-x86_64";

    // What QEMU ends with when its command line is wrong, and what its clients look for.
    private const ExitCode QemuError = (ExitCode)1;

    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(500);

    /// <summary>Declares it. The words are for help only: they reach <see cref="Run(IReadOnlyList{string}, ToolHost)"/> unread.</summary>
    public QtestVerb(ToolHost host)
        : base(host, Word, "Be QEMU's q35 with an intel-iommu for a client of QEMU's test protocol; exit 0 when told to end, 1 as QEMU for a wrong option")
    {
        Add(new Argument<string[]>("QEMU-OPTIONS")
        {
            Description = "-qtest, -qmp, -chardev, -mon, -machine, -device, -m … as QEMU takes them",
            Arity = ArgumentArity.ZeroOrMore,
        });
        TreatUnmatchedTokensAsErrors = false;
    }

    /// <inheritdoc/>
    public override ImmutableArray<string> Examples { get; } =
    [
        "viommu qtest -machine q35 -device intel-iommu -device edu -display none -accel qtest -qtest stdio",
        "viommu qtest -machine q35 -device intel-iommu,quirks=spec,protocol=drain -device edu -qtest unix:/tmp/qtest.sock,server=on,wait=off",
        "viommu qtest -machine q35 -m 512 -device intel-iommu,scalable-mode=on -device iommu-testdev -qtest unix:/tmp/q.sock -qmp unix:/tmp/m.sock",
    ];

    /// <inheritdoc/>
    public override bool TakesWordsAsTheyAre => true;

    /// <summary>True for a command line whose words are QEMU's: -m, -q and --json among them are not options of this tool.</summary>
    public static bool Takes(IReadOnlyList<string> args) => args.Count > 0 && args[0] == Word && !args.Skip(1).Any(word => word is "-h" or "-?" or "-help" or "--help");

    /// <summary>Serves until told to end.</summary>
    /// <param name="words">QEMU's options.</param>
    /// <param name="host">What to work with.</param>
    public static ExitCode Run(IReadOnlyList<string> words, ToolHost host)
    {
        try
        {
            var command = CommandLineParser.Parse(words);
            if (command.WantsVersion)
            {
                var names = ReleaseNames.Of(command.Release);
                host.Console.Out.WriteLine($"QEMU emulator version {names.Version} ({ReleaseNames.Package} {ToolVersion.Number})");
                return ExitCode.AsExpected;
            }
            foreach (var warning in command.Warnings) Tell(host, warning);
            return Serve(command, host);
        }
        catch (CommandLineException e)
        {
            Tell(host, e.Message);
            return QemuError;
        }
    }

    /// <inheritdoc/>
    protected override ExitCode Run(ParseResult parse, ToolSession session) =>
        throw ToolException.Usage("", Word, "everything behind qtest is QEMU's, so it has to be the first word", "");

    private static ExitCode Serve(QemuCommandLine command, ToolHost host)
    {
        using var server = new QtestServer(command, Q35Machine.Create, host.Clock, text => Tell(host, text));
        using var ended = new ManualResetEventSlim();
        using var told = new ManualResetEventSlim();
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                server.Run();
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
            ended.Set();
        })
        {
            // A client that does not read its replies must not keep the process alive.
            IsBackground = true,
            Name = Word,
        };

        void End(PosixSignalContext signal)
        {
            signal.Cancel = true;
            told.Set();
        }

        using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, End);
        using var interrupt = host.Cancel.Register(told.Set);
        thread.Start();
        if (WaitHandle.WaitAny([ended.WaitHandle, told.WaitHandle]) == 1)
        {
            server.Stop();
            ended.Wait(Grace);
        }
        failure?.Throw();
        return ExitCode.AsExpected;
    }

    private static void Tell(ToolHost host, string text) => host.Console.Error.WriteLine($"{Program}: {Printable(text)}");

    // Words of a command line come from outside: no escape sequence of theirs may reach a terminal.
    private static string Printable(string text) => string.Concat(text.Select(c => char.IsControl(c) && c != '\n' ? '?' : c));
}
