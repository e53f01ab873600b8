using System.Text;
using System.Text.Json.Nodes;
using VIommuActors.Qtest.Qmp;
using VIommuActors.Vtd;

namespace VIommuActors.Qtest.Tests.Qmp;

/// <summary>Replies as QEMU 7.2 gave them to the same requests.</summary>
public sealed class QmpSessionTests : IDisposable
{
    private const string Ready = "{\"return\": {}}\r\n";
    private readonly FakePlatform _platform = new();
    private readonly StillTime _time = new();
    private readonly StringBuilder _received = new();
    private readonly MonitoredMachine _machine;
    private readonly QmpSession _session;

    public QmpSessionTests()
    {
        _machine = new MonitoredMachine(_platform, QemuRelease.Qemu7, _time);
        _session = new QmpSession(_machine, bytes => _received.Append(Encoding.ASCII.GetString(bytes)));
    }

    public void Dispose() => _session.Dispose();

    [Fact]
    public void A_client_is_greeted()
    {
        Assert.Equal(
            "{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 22, \"minor\": 2, \"major\": 7}, \"package\": \"viommu\"}, \"capabilities\": [\"oob\"]}}\r\n",
            Send(""));
    }

    [Theory]
    [InlineData("{'execute':'query-status'}",
        "CommandNotFound", "Expecting capabilities negotiation with 'qmp_capabilities'")]
    [InlineData("{'execute':'qmp_capabilities','arguments':{'enable':['foo']}}", "GenericError", "Parameter 'null' does not accept value 'foo'")]
    [InlineData("{'execute':'qmp_capabilities','arguments':{'foo':1}}", "GenericError", "Parameter 'foo' is unexpected")]
    public void Before_negotiation(string request, string errorClass, string description)
    {
        Send("");
        Assert.Equal(Error(errorClass, description), Send(request));
    }

    [Theory]
    [InlineData("{'execute':'qmp_capabilities'}", "CommandNotFound", "Capabilities negotiation is already complete, command ignored")]
    [InlineData("5 ", "GenericError", "QMP input must be a JSON object")]
    [InlineData("'a'", "GenericError", "QMP input must be a JSON object")]
    [InlineData("[1]", "GenericError", "QMP input must be a JSON object")]
    [InlineData("null\n", "GenericError", "QMP input must be a JSON object")]
    [InlineData("{}", "GenericError", "QMP input lacks member 'execute'")]
    [InlineData("{'execute':1}", "GenericError", "QMP input member 'execute' must be a string")]
    [InlineData("{'exec':1}", "GenericError", "QMP input member 'exec' is unexpected")]
    [InlineData("{'exec-oob':'query-status'}", "GenericError", "QMP input member 'exec-oob' is unexpected")]
    [InlineData("{'execute':'nope'}", "CommandNotFound", "The command nope has not been found")]
    [InlineData("{'execute':'query-status','arguments':{'a':1}}", "GenericError", "Parameter 'a' is unexpected")]
    [InlineData("{'execute':'query-status','arguments':5}", "GenericError", "QMP input member 'arguments' must be an object")]
    [InlineData("{'execute':'query-status','foo':5}", "GenericError", "QMP input member 'foo' is unexpected")]
    [InlineData("{'execute':'qom-list-types','arguments':{'implements':5}}",
        "GenericError", "Invalid parameter type for 'implements', expected: string")]
    [InlineData("{'execute':'qom-list-types','arguments':{'abstract':5}}",
        "GenericError", "Invalid parameter type for 'abstract', expected: boolean")]
    [InlineData("{'execute':'device-list-properties'}", "GenericError", "Parameter 'typename' is missing")]
    [InlineData("{'execute':'device-list-properties','arguments':{'typename':'nope'}}", "DeviceNotFound", "Device 'nope' not found")]
    [InlineData("{'execute':'device-list-properties','arguments':{'typename':'device'}}",
        "GenericError", "Parameter 'typename' expects a non-abstract device type")]
    [InlineData("{ foo }", "GenericError", "JSON parse error, invalid keyword 'foo'")]
    [InlineData("{'execute' 1}", "GenericError", "JSON parse error, missing : in object pair")]
    [InlineData("{1:1}", "GenericError", "JSON parse error, key is not a string in object")]
    [InlineData("]", "GenericError", "JSON parse error, expecting value")]
    [InlineData("{'a':1,}", "GenericError", "JSON parse error, expecting value")]
    [InlineData("{'a':1 'b':2}", "GenericError", "JSON parse error, expected separator in dict")]
    [InlineData("[1 2]", "GenericError", "JSON parse error, expected separator in list")]
    [InlineData("{'a':1,'a':2}", "GenericError", "JSON parse error, duplicate key")]
    [InlineData("{'a':tru}", "GenericError", "JSON parse error, invalid keyword 'tru'")]
    [InlineData("{'a':'\\x'}", "GenericError", "JSON parse error, invalid escape sequence in string")]
    [InlineData("{'a':-}", "GenericError", "JSON parse error, stray '-}'")]
    [InlineData("{'a':1.}", "GenericError", "JSON parse error, stray '1.}'")]
    [InlineData("@", "GenericError", "JSON parse error, stray '@'")]
    [InlineData("\\", "GenericError", "JSON parse error, stray '\\\\'")]
    [InlineData("{'a':\"b}\n", "GenericError", "JSON parse error, stray '\\\"b}\\n'")]
    public void Errors_are_qemus(string request, string errorClass, string description)
    {
        Negotiate();
        Assert.Equal(Error(errorClass, description), Send(request));
    }

    [Fact]
    public void A_client_that_got_lost_finds_back()
    {
        Negotiate();
        var status = "{\"return\": {\"status\": \"running\", \"singlestep\": false, \"running\": true}}\r\n";
        Assert.Equal(status, Send("{'execute':'query-status'}"));
        Assert.Equal(
            Error("GenericError", "JSON parse error, stray '01'") + Error("GenericError", "JSON parse error, expecting value") + status,
            Send("{'a':01}\n{'execute':'query-status'}"));
        Assert.Equal(
            status + Error("GenericError", "JSON parse error, expecting value") + status,
            Send("{'execute':'query-status'} }\n{\"execute\":\"query-status\"}"));
    }

    [Fact]
    public void Requests_may_come_together_or_byte_by_byte_and_have_their_ids_back()
    {
        Send("");
        Assert.Equal(
            "{\"return\": {}, \"id\": [1, \"a\", {\"b\": 1.5}, null, true, \"\\u00E9\\n\"]}\r\n" + Ready,
            Send("{'execute':'qmp_capabilities','id':[1,'a',{'b':1.50},null,true,'é\\n']}{'execute':'cont'}"));
        var replies = new StringBuilder();
        foreach (var c in "{'execute':'query-kvm','id':-18446744073709551615}") replies.Append(Send(c.ToString()));
        Assert.Equal("{\"return\": {\"enabled\": false, \"present\": false}, \"id\": -1.8446744073709552E+19}\r\n", replies.ToString());
        Assert.Equal("{\"error\": {\"class\": \"GenericError\", \"desc\": \"QMP input lacks member 'execute'\"}, \"id\": 7}\r\n", Send("{'id':7}"));
    }

    [Fact]
    public void A_reset_is_told_before_it_returns()
    {
        Negotiate();
        Assert.Equal(
            Event("RESET", ", \"data\": {\"guest\": false, \"reason\": \"host-qmp-system-reset\"}") + "{\"return\": {}, \"id\": 4}\r\n",
            Send("{'execute':'system_reset','id':4}"));
        Assert.Equal(1, _platform.Resets);
    }

    [Fact]
    public void Stop_and_cont_change_the_state_once()
    {
        Negotiate();
        Assert.Equal(Event("STOP", "") + Ready + Ready, Send("{'execute':'stop'}{'execute':'stop'}"));
        Assert.Contains("\"paused\"", Send("{'execute':'query-status'}"), StringComparison.Ordinal);
        Assert.Equal(Event("RESUME", "") + Ready + Ready, Send("{'execute':'cont'}{'execute':'cont'}"));
    }

    [Fact]
    public void Quit_ends_the_machine()
    {
        Negotiate();
        Assert.Equal(
            Event("SHUTDOWN", ", \"data\": {\"guest\": false, \"reason\": \"host-qmp-quit\"}") + Ready, Send("{'execute':'quit'}"));
        Assert.True(_machine.HasEnded);
        _machine.Terminate();
        Assert.Equal("", Send(""));
    }

    [Fact]
    public void Every_negotiated_monitor_hears_of_what_one_does()
    {
        Negotiate();
        var other = new StringBuilder();
        using var second = new QmpSession(_machine, bytes => other.Append(Encoding.ASCII.GetString(bytes)));
        other.Clear();
        Send("{'execute':'stop'}");
        Assert.Equal("", other.ToString());
        second.Feed("{'execute':'qmp_capabilities'}{'execute':'cont'}"u8);
        Assert.Equal(Event("RESUME", ""), Send(""));
        _session.Dispose();
        second.Feed("{'execute':'stop'}"u8);
        Assert.Equal("", Send(""));
    }

    [Fact]
    public void Out_of_band_execution_is_for_those_who_enabled_it()
    {
        Send("{'execute':'qmp_capabilities','arguments':{'enable':['oob']}}");
        Assert.Equal(Error("GenericError", "The command query-status does not support OOB"), Send("{'exec-oob':'query-status'}"));
    }

    [Theory]
    [InlineData(QemuRelease.Qemu7, "intel-iommu", false, "intel-iommu")]
    [InlineData(QemuRelease.Qemu7, "x86-iommu", true, "x86-iommu,intel-iommu")]
    [InlineData(QemuRelease.Qemu7, "nope", false, "")]
    [InlineData(QemuRelease.Qemu7, "pcie-root-port-base", false, "pcie-root-port,ioh3420")]
    [InlineData(QemuRelease.Qemu7, "iommu-testdev", false, "")]
    [InlineData(QemuRelease.Qemu11, "iommu-testdev", false, "iommu-testdev")]
    [InlineData(QemuRelease.Qemu11, "machine", false, "none-machine,pc-q35-11.1-machine")]
    public void Types_are_listed_by_what_they_implement(QemuRelease release, string implements, bool withAbstract, string names)
    {
        var reply = Ask(release, $"{{'execute':'qom-list-types','arguments':{{'implements':'{implements}','abstract':{(withAbstract ? "true" : "false")}}}}}");
        Assert.Equal(names, string.Join(',', reply.AsArray().Select(type => (string?)type!["name"])));
    }

    [Fact]
    public void Devices_are_what_libqtest_looks_for()
    {
        string?[] Names(QemuRelease release) =>
            [.. Ask(release, "{'execute':'qom-list-types','arguments':{'implements':'device','abstract':false}}").AsArray().Select(type => (string?)type!["name"])];
        Assert.Contains("edu", Names(QemuRelease.Qemu7));
        Assert.DoesNotContain("iommu-testdev", Names(QemuRelease.Qemu7));
        Assert.Contains("iommu-testdev", Names(QemuRelease.Qemu11));
        Assert.DoesNotContain("pci-device", Names(QemuRelease.Qemu11));
    }

    [Theory]
    [InlineData(QemuRelease.Qemu7, "pc-q35-7.2")]
    [InlineData(QemuRelease.Qemu11, "pc-q35-11.1")]
    public void Machines_are_the_q35_of_the_release_and_none(QemuRelease release, string name)
    {
        var machines = Ask(release, "{'execute':'query-machines'}").AsArray();
        Assert.Equal([name, "none"], machines.Select(machine => (string?)machine!["name"]));
        Assert.Equal("q35", (string?)machines[0]!["alias"]);
    }

    [Theory]
    [InlineData(QemuRelease.Qemu7, "x-scalable-mode", true)]
    [InlineData(QemuRelease.Qemu7, "scalable-mode", false)]
    [InlineData(QemuRelease.Qemu11, "fsts", true)]
    public void The_units_properties_are_those_of_the_release(QemuRelease release, string property, bool has)
    {
        var properties = Ask(release, "{'execute':'device-list-properties','arguments':{'typename':'intel-iommu'}}").AsArray();
        Assert.Equal(has, properties.Any(one => (string?)one!["name"] == property));
    }

    [Fact]
    public void Commands_are_listed_and_each_of_them_is_found()
    {
        foreach (var command in Ask(QemuRelease.Qemu7, "{'execute':'query-commands'}").AsArray())
        {
            var reply = Ask(QemuRelease.Qemu7, $"{{'execute':'{command!["name"]}'}}", whole: true);
            Assert.DoesNotContain("has not been found", reply.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void What_a_client_can_pile_up_has_limits()
    {
        Negotiate();
        Assert.StartsWith(Error("GenericError", "JSON nesting depth limit exceeded"), Send(new string('[', 1025)), StringComparison.Ordinal);
        Assert.StartsWith(Error("GenericError", "JSON token count limit exceeded"), Send("[" + new string(',', 70_000)), StringComparison.Ordinal);
        Send("\n");
        Assert.StartsWith(
            Error("GenericError", "JSON token size limit exceeded"), Send("\"" + new string('a', (1 << 20) + 1)), StringComparison.Ordinal);
        Assert.Contains("running", Send("\n{'execute':'query-status'}"), StringComparison.Ordinal);
    }

    private static JsonNode Ask(QemuRelease release, string request, bool whole = false)
    {
        var received = new StringBuilder();
        using var session = new QmpSession(
            new MonitoredMachine(new FakePlatform(), release, new StillTime()), bytes => received.Append(Encoding.ASCII.GetString(bytes)));
        session.Feed("{'execute':'qmp_capabilities'}"u8);
        received.Clear();
        session.Feed(Encoding.ASCII.GetBytes(request));
        var reply = JsonNode.Parse(received.ToString().Split("\r\n")[^2])!;
        return whole ? reply : reply["return"]!;
    }

    private static string Error(string errorClass, string description) =>
        $"{{\"error\": {{\"class\": \"{errorClass}\", \"desc\": \"{description}\"}}}}\r\n";

    private static string Event(string name, string data) =>
        $"{{\"timestamp\": {{\"seconds\": 1767323045, \"microseconds\": 678901}}, \"event\": \"{name}\"{data}}}\r\n";

    private void Negotiate()
    {
        Send("{'execute':'qmp_capabilities'}");
    }

    private string Send(string text)
    {
        _session.Feed(Encoding.UTF8.GetBytes(text));
        var received = _received.ToString();
        _received.Clear();
        return received;
    }

    private sealed class StillTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero).AddTicks(6_789_012);
    }
}
