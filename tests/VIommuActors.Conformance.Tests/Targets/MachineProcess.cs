using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;

namespace VIommuActors.Conformance.Tests.Targets;

/// <summary>A running machine: a child process, its qtest line and its QMP line, connected as libqtest connects them.</summary>
public sealed class MachineProcess : ITarget
{
    /// <summary>Lines under way at once: their replies fit into a socket's buffer, so neither side ever waits for the other to read.</summary>
    private const int Window = 64;

    private const int StartMs = 60_000, ReplyMs = 20_000, SettleTries = 3_000;
    private const uint AllOnes = 0xffffffff;
    private const string Ended = ITarget.EndedMark + ">";

    private readonly MachineProgram _program;
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("viommu-conformance-");
    private readonly LineChannel _qtest, _qmp;
    private readonly Process _process;
    private readonly Task<string> _errors;
    private bool _ended;

    private MachineProcess(MachineProgram program, Platform platform)
    {
        _program = program;
        var (qtest, qmp) = (Path.Combine(_directory.FullName, "q"), Path.Combine(_directory.FullName, "m"));
        (_qtest, _qmp) = (new LineChannel(qtest), new LineChannel(qmp));
        var start = new ProcessStartInfo(program.Path) { RedirectStandardError = true, RedirectStandardOutput = true, RedirectStandardInput = true };
        string[] sockets =
        [
            "-qtest", $"unix:{qtest}", "-qtest-log", "/dev/null", "-chardev", $"socket,path={qmp},id=char0", "-mon", "chardev=char0,mode=control",
        ];
        foreach (var word in sockets.Concat(program.Arguments(platform))) start.ArgumentList.Add(word);
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _errors = _process.StandardError.ReadToEndAsync();
    }

    /// <summary>Starts a machine and waits until it listens to both lines.</summary>
    /// <exception cref="InvalidOperationException">It ended at once, or did not connect in time; the message has what it wrote.</exception>
    public static MachineProcess Start(MachineProgram program, Platform platform)
    {
        var machine = new MachineProcess(program, platform);
        if (machine.Connect()) return machine;
        var text = machine.End();
        machine.Dispose();
        throw new InvalidOperationException($"{program.Name} did not start as {string.Join(' ', program.Arguments(platform))}: {text}");
    }

    /// <summary>Starts a machine that must refuse its command line: exit code and first line of what it says, without the program's name.</summary>
    public static string Refusal(MachineProgram program, Platform platform)
    {
        using var machine = new MachineProcess(program, platform);
        if (machine.Connect()) return "accepted";
        if (!machine._process.WaitForExit(ReplyMs)) return "neither accepted nor refused";
        var line = machine._errors.GetAwaiter().GetResult().Split('\n')[0].TrimEnd();
        var colon = line.IndexOf(": ", StringComparison.Ordinal);
        return $"exit {machine._process.ExitCode}: {line[(colon + 2)..]}";
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Run(IReadOnlyList<Step> steps)
    {
        var replies = new List<string>(steps.Count);
        var lines = new List<string>(Window);
        foreach (var step in steps)
        {
            if (step.Kind == StepKind.Line)
            {
                lines.Add(step.Text);
                if (lines.Count == Window) Exchange(lines, replies);
                continue;
            }
            Exchange(lines, replies);
            replies.Add(step.Kind switch
            {
                StepKind.Settle => Settle(step.Text),
                StepKind.Reset => Request("""{"execute":"system_reset"}""", "RESET"),
                _ => Request(step.Text, null),
            });
        }
        Exchange(lines, replies);
        return replies;
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _qtest.Dispose();
        _qmp.Dispose();
        _directory.Delete(recursive: true);
    }

    private bool Connect()
    {
        var watch = Stopwatch.StartNew();
        foreach (var channel in (LineChannel[])[_qtest, _qmp])
            while (!channel.Accept(20))
                if (_process.HasExited || watch.ElapsedMilliseconds > StartMs) return false;
        // QEMU greets before it makes devices: only the answer to a request shows that all options were good.
        if (_qmp.Receive(ReplyMs) is null) return false;
        Request("""{"execute":"qmp_capabilities"}""", null);
        return !_ended;
    }

    private void Exchange(List<string> lines, List<string> replies)
    {
        if (lines.Count > 0 && !_ended) _ended = !_qtest.Send(string.Join('\n', lines) + "\n");
        foreach (var _ in lines) replies.Add(Reply());
        lines.Clear();
    }

    private string Exchange(string line)
    {
        var replies = new List<string>(1);
        Exchange([line], replies);
        return replies[0];
    }

    /// <summary>The reply to one line, with the interrupt lines that came before it.</summary>
    private string Reply()
    {
        if (_ended) return Ended;
        var before = "";
        while (true)
        {
            var line = _qtest.Receive(ReplyMs);
            if (line is null)
            {
                _ended = true;
                return $"{before}{ITarget.EndedMark}: {End().Trim()}>";
            }
            if (!line.StartsWith("IRQ ", StringComparison.Ordinal)) return before + line;
            before += line + "; ";
        }
    }

    private string Settle(string address)
    {
        var before = "";
        if (!_program.OwnTime)
        {
            var stepped = Exchange("clock_step 100000000");
            if (!stepped.Contains("OK", StringComparison.Ordinal)) return stepped;
            before = Interrupts(stepped);
        }
        for (var i = 0; ; i++)
        {
            var reply = Exchange($"readl {address}");
            var value = reply[(reply.LastIndexOf(' ') + 1)..];
            var busy = value.StartsWith("0x", StringComparison.Ordinal) &&
                ulong.Parse(value.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) is var v && (v & 1) == 1 && v != AllOnes;
            if (!busy || !_program.OwnTime || i == SettleTries) return before + reply;
            before += Interrupts(reply);
            // Virtual time jumps when the main loop has a moment; a millisecond is plenty, and seldom needed.
            if (i > 3) Thread.Sleep(1);
        }
    }

    private static string Interrupts(string reply) => string.Concat(reply.Split("; ").SkipLast(1).Select(irq => irq + "; "));

    /// <summary>The answer to a QMP request; with <paramref name="awaited"/>, together with the first event of that name.</summary>
    private string Request(string json, string? awaited)
    {
        _ended |= !_qmp.Send(json + "\n");
        if (_ended) return Ended;
        string? answer = null, happened = awaited is null ? "" : null;
        while (answer is null || happened is null)
        {
            if (_qmp.Receive(ReplyMs) is not { } line)
            {
                _ended = true;
                return Ended;
            }
            var node = JsonNode.Parse(line)!.AsObject();
            node.Remove("timestamp");
            if (!node.ContainsKey("event")) answer = node.ToJsonString();
            else if (node["event"]!.GetValue<string>() == awaited) happened = node.ToJsonString();
        }
        return answer + happened;
    }

    private string End()
    {
        if (!_process.WaitForExit(1000)) return "it still runs";
        // A machine that aborts shows its CPU's registers; what it says before them is the reason.
        return $"exit code {_process.ExitCode}, {_errors.GetAwaiter().GetResult().Split("CPU #0:")[0]}";
    }
}
