using System.Diagnostics;
using System.Net.Sockets;

namespace VIommuActors.Cli.Tests;

/// <summary>The verb <c>qtest</c> from outside: sockets, standard streams, signals and exit codes.</summary>
public sealed class QtestVerbTests
{
    private const string Capabilities = "{\"execute\": \"qmp_capabilities\"}", Done = "{\"return\": {}}";

    [Fact]
    public void A_client_does_what_libqtest_does()
    {
        using var tool = new QtestProcess("-machine", "none");
        Assert.Equal("OK little", tool.Ask("endianness"));
        Assert.StartsWith("{\"QMP\": ", tool.Monitor(), StringComparison.Ordinal);
        tool.Request(Capabilities);
        Assert.Equal(Done, tool.Monitor());
        tool.Request("{'execute': 'query-machines'}");
        var machines = Json.Parse(tool.Monitor()!).GetProperty("return").EnumerateArray().ToArray();
        Assert.Contains(machines, machine => machine.TryGetProperty("alias", out var alias) && alias.GetString() == "q35");
        Assert.Contains(machines, machine => machine.GetProperty("name").GetString() == "none");
        tool.Request("{'execute': 'qom-list-types', 'arguments': {'implements': 'device', 'abstract': false}}");
        Assert.Contains("\"iommu-testdev\"", tool.Monitor(), StringComparison.Ordinal);
        Assert.Equal("OK 0x0000000000000000", tool.Ask("readl 0xfed90008"));
        tool.Signal("TERM");
        var (code, took) = tool.End();
        Assert.Equal(0, code);
        Assert.InRange(took, TimeSpan.Zero, TimeSpan.FromSeconds(10));
        Assert.Contains("\"SHUTDOWN\"", tool.Monitor(), StringComparison.Ordinal);
    }

    // edu copies 4 bytes into its buffer: 100 ms of whatever clock there is.
    [Theory]
    [InlineData("1", "-accel", "qtest")]
    [InlineData("0", "-accel", "tcg")]
    [InlineData("0", "-accel", "tcg", "-icount", "shift=0,sleep=off")]
    [InlineData("1", "-accel", "tcg", "-S")]
    public void A_transfer_takes_its_time(string busy, params string[] clock)
    {
        using var folder = new TestFolder();
        using var process = QtestProcess.Start(
        [
            "-machine", "q35", "-net", "none", "-device", "intel-iommu", "-device", "edu,addr=5", "-qtest", "stdio", "-qtest-log", folder["log"], .. clock,
        ]);
        string? Ask(string line)
        {
            process.StandardInput.WriteLine(line);
            process.StandardInput.Flush();
            return process.StandardOutput.ReadLine();
        }

        foreach (var line in (string[])
            [
                "outl 0xcf8 0x80002810", "outl 0xcfc 0xe0000000", "outl 0xcf8 0x80002804", "outw 0xcfc 6", "writeq 0xe0000080 0x200000",
                "writeq 0xe0000088 0x40000", "writeq 0xe0000090 4", "writel 0xe0000098 1",
            ])
        {
            Assert.Equal("OK", Ask(line));
        }

        // Far more than 100 ms for a clock that runs, on any machine; nothing at all for one that does not.
        var watch = Stopwatch.StartNew();
        var state = Ask("readl 0xe0000098");
        while (state != "OK 0x000000000000000" + busy && watch.Elapsed < TimeSpan.FromSeconds(20)) state = Ask("readl 0xe0000098");
        if (busy == "1") Thread.Sleep(300);
        Assert.Equal("OK 0x000000000000000" + busy, Ask("readl 0xe0000098"));
        if (clock is ["-accel", "qtest"]) Assert.Equal("OK 100000000", Ask("clock_step 100000000"));
        else Assert.Equal("FAIL Unknown command 'clock_step'", Ask("clock_step 100000000"));
        process.Kill();
        process.WaitForExit();
        var log = File.ReadAllLines(folder["log"]);
        Assert.Equal("[I 0.000000] OPENED", log[0]);
        Assert.Matches(@"^\[R \+\d+\.\d{6}\] outl 0xcf8 0x80002810$", log[1]);
        Assert.Matches(@"^\[S \+\d+\.\d{6}\] OK$", log[2]);
    }

    // Whoever starts tests in the background, or with nohup, has them and their children ignore the one or the other.
    [Theory]
    [InlineData("HUP", 1)]
    [InlineData("INT", 2)]
    public void Other_signals_end_it_too_unless_it_was_told_to_ignore_them(string signal, int number)
    {
        using var tool = new QtestProcess("-machine", "none");
        Assert.Equal("OK little", tool.Ask("endianness"));
        tool.Signal(signal);
        if (IsIgnored(number))
        {
            Assert.Equal("OK little", tool.Ask("endianness"));
            tool.Signal("TERM");
        }

        Assert.Equal(0, tool.End().Code);
    }

    private static bool IsIgnored(int signal)
    {
        var ignored = File.ReadLines("/proc/self/status").First(line => line.StartsWith("SigIgn:", StringComparison.Ordinal));
        return (Convert.ToUInt64(ignored["SigIgn:".Length..].Trim(), 16) >> (signal - 1) & 1) == 1;
    }

    [Fact]
    public void When_the_test_client_hangs_up_the_monitor_goes_on_until_quit()
    {
        using var tool = new QtestProcess("-machine", "none");
        tool.Ask("endianness");
        tool.HangUp();
        tool.Monitor();
        tool.Request(Capabilities + "{'execute': 'query-status'}{'execute': 'quit', 'id': 1}");
        Assert.Equal(Done, tool.Monitor());
        Assert.Contains("\"running\"", tool.Monitor(), StringComparison.Ordinal);
        Assert.Contains("\"host-qmp-quit\"", tool.Monitor(), StringComparison.Ordinal);
        Assert.Equal("{\"return\": {}, \"id\": 1}", tool.Monitor());
        Assert.Equal(0, tool.End().Code);
    }

    [Fact]
    public void Clients_of_a_listening_socket_may_come_one_after_the_other()
    {
        using var folder = new TestFolder();
        // What an earlier process left behind is no obstacle.
        using (var leftover = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)) leftover.Bind(new UnixDomainSocketEndPoint(folder["s"]));
        using var process = QtestProcess.Start(["-machine", "none", "-accel", "qtest", "-qtest", $"unix:{folder["s"]},server=on,wait=off", "-qmp", "stdio"]);
        Assert.StartsWith("{\"QMP\"", process.StandardOutput.ReadLine(), StringComparison.Ordinal);
        for (var i = 0; i < 3; i++)
        {
            using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            client.Connect(new UnixDomainSocketEndPoint(folder["s"]));
            client.Send("endianness\nclock_step 10\n"u8);
            using var reader = new StreamReader(new NetworkStream(client));
            Assert.Equal("OK little", reader.ReadLine());
            Assert.Equal($"OK {10 * (i + 1)}", reader.ReadLine());
        }
        process.StandardInput.Write("{'execute':'qmp_capabilities'}{'execute':'quit'}");
        process.StandardInput.Flush();
        Assert.True(process.WaitForExit(TimeSpan.FromSeconds(50)));
        Assert.Equal(0, process.ExitCode);
        Assert.False(File.Exists(folder["s"]));
    }

    [Fact]
    public void Standard_input_may_end_and_the_process_does_not()
    {
        using var process = QtestProcess.Start(["-machine", "none", "-qtest", "stdio"]);
        process.StandardInput.Write("endianness\nnope\n");
        process.StandardInput.Close();
        Assert.Equal("OK little", process.StandardOutput.ReadLine());
        Assert.Equal("FAIL Unknown command 'nope'", process.StandardOutput.ReadLine());
        Assert.False(process.HasExited);
        using var kill = Process.Start("kill", [process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        Assert.True(process.WaitForExit(TimeSpan.FromSeconds(50)));
        Assert.Equal(0, process.ExitCode);
    }

    [Theory]
    [InlineData("-nope", "qemu-system-x86_64: -nope: invalid option\n")]
    [InlineData("-json --json", "qemu-system-x86_64: -json: invalid option\n")]
    [InlineData("-device \u001b[31m", "qemu-system-x86_64: -device ?[31m: '?[31m' is not a valid device model name\n")]
    [InlineData("-machine none -chardev socket,id=a,path=/nope/x -mon a,mode=control",
        "qemu-system-x86_64: -chardev socket,id=a,path=/nope/x: Failed to connect to '/nope/x': No such file or directory\n")]
    [InlineData("-machine none -qtest unix:/nope/x",
        "qemu-system-x86_64: Failed to connect to '/nope/x': No such file or directory\n"
        + "qemu-system-x86_64: Failed to initialize device for qtest: \"unix:/nope/x\"\n")]
    public void What_qemu_refuses_is_refused_with_its_words_and_its_code(string line, string message)
    {
        var (code, output, error) = Tool.Run(["qtest", .. line.Split(' ')]);
        Assert.Equal((1, "", message), ((int)code, output, error));
    }

    [Fact]
    public void The_version_is_qemus()
    {
        var (code, output, _) = Tool.Run("qtest", "--version");
        Assert.Equal(ExitCode.AsExpected, code);
        Assert.StartsWith("QEMU emulator version 7.2.22 (viommu ", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_of_the_tool_before_the_verb_are_refused()
    {
        var (code, _, error) = Tool.Run("--quiet", "qtest", "-machine", "none");
        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("the first word", error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_launcher_runs_the_build_beside_it_and_says_so_when_there_is_none()
    {
        using var folder = new TestFolder();
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "VIommuActors.sln"))) root = root.Parent!;
        var launcher = folder["qemu-system-x86_64"];
        File.Copy(Path.Combine(root.FullName, "src/VIommuActors.Cli/qemu-system-x86_64"), launcher);

        var (code, error) = Launch(launcher);
        Assert.Equal((6, $"qemu-system-x86_64: viommu has not been built: dotnet build -c Release '{folder.Path}'\n"), (code, error));

        Directory.CreateDirectory(folder["bin/Release"]);
        Directory.CreateSymbolicLink(folder["bin/Release/net10.0"], Path.GetDirectoryName(typeof(ViommuTool).Assembly.Location)!);
        Assert.Equal((1, "qemu-system-x86_64: -nope: invalid option\n"), Launch(launcher));
    }

    private static (int Code, string Error) Launch(string launcher)
    {
        using var process = Process.Start(new ProcessStartInfo(launcher, ["-nope"]) { RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEnd();
        Assert.True(process.WaitForExit(TimeSpan.FromSeconds(50)));
        return (process.ExitCode, error);
    }
}
