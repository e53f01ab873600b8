namespace VIommuActors.Scenarios.Tests;

/// <summary>What is wrong is named with file, line, key, value and what would be accepted.</summary>
public sealed class BadInputTests
{
    private const string S = "viommu.scenario.";

    /// <summary>Text inside <c>viommu.scenario { }</c>, whose first line is line 2 · line · key · value · part of the message · part of the accepted text.</summary>
    public static TheoryData<string, int, string, string, string, string> Values => new()
    {
        // integers
        { "topology.vcpus = -3", 2, "topology.vcpus", "-3", "expected an integer from 1 to 64", "1 to 64" },
        { "topology { guests = 1\n vcpus = 65 }", 3, "topology.vcpus", "65", "expected an integer from 1 to 64", "1 to 64" },
        { "topology.vcpus = 1000000", 2, "topology.vcpus", "1000000", "expected an integer from 1 to 64", "1 to 64" },
        { "topology.vcpus = 99999999999999999999999", 2, "topology.vcpus", "99999999999999999999999", "expected an integer", "1 to 64" },
        { "topology.vcpus = two", 2, "topology.vcpus", "two", "expected an integer", "1 to 64" },
        { "topology.vcpus = \"2\"", 2, "topology.vcpus", "\"2\"", "without quotes", "1 to 64" },
        { "topology.vcpus = 2.0", 2, "topology.vcpus", "2.0", "expected an integer", "1 to 64" },
        { "topology.vcpus = 0x10", 2, "topology.vcpus", "0x10", "expected an integer", "1 to 64" },
        { "topology.vcpus = 1 000", 2, "topology.vcpus", "1 000", "expected an integer", "1 to 64" },
        { "topology.vcpus = null", 2, "topology.vcpus", "null", "expected an integer", "1 to 64" },
        { "topology.vcpus = [ 2 ]", 2, "topology.vcpus", "[ … ]", "expected an integer", "1 to 64" },
        { "topology.vcpus { x = 2 }", 2, "topology.vcpus", "{ … }", "expected an integer", "1 to 64" },
        { "unit.address-width = 57", 2, "unit.address-width", "57", "expected 39 or 48", "39 or 48" },
        { "\n\nworkload.map-page-size = 65536", 4, "workload.map-page-size", "65536", "expected 4096 or 2097152", "1073741824" },
        { "workload.buffer-offset = 4096", 2, "workload.buffer-offset", "4096", "0 to 4095", "0 to 4095" },
        { "workload.write-percent = 50%", 2, "workload.write-percent", "50%", "0 to 100", "0 to 100" },

        { "unit.iotlb-entries = 0", 2, "unit.iotlb-entries", "0", "from 1 to 1048576", "1 to 1048576" },
        { "unit.context-entries = 0", 2, "unit.context-entries", "0", "from 1 to 65536", "1 to 65536" },
        { "protocols.ats.tlb-entries = 0", 2, "protocols.ats.tlb-entries", "0", "from 1 to 65536", "1 to 65536" },

        // times
        { "timing-ns.mmio-trap = 15us", 2, "timing-ns.mmio-trap", "15us", "plain integer nanoseconds from 0 to 1000000000, without a unit: 15000", "nanoseconds" },
        { "timing-ns.mmio-trap = 1.5", 2, "timing-ns.mmio-trap", "1.5", "without a fraction", "nanoseconds" },
        { "timing-ns.mmio-trap = 1.5 ms", 2, "timing-ns.mmio-trap", "1.5 ms", "without a unit: 1500000", "nanoseconds" },
        { "timing-ns { invalidation-timeout = 10s }", 2, "timing-ns.invalidation-timeout", "10s", "without a unit: 10000000000", "nanoseconds" },
        { "timing-ns.hypercall = -1", 2, "timing-ns.hypercall", "-1", "from 0 to 1000000000", "nanoseconds" },
        { "timing-ns.hypercall = fast", 2, "timing-ns.hypercall", "fast", "plain integer nanoseconds", "nanoseconds" },
        { "timing-ns = 5", 2, "timing-ns", "5", "expected a section { mmio-trap", "mmio-trap" },

        // booleans, names, text
        { "unit.drain = yes", 2, "unit.drain", "yes", "expected true or false", "true or false" },
        { "unit.drain = \"true\"", 2, "unit.drain", "\"true\"", "expected true or false", "true or false" },
        { "protocol = drian", 2, "protocol", "drian", "did you mean drain?", "one of translate, memcpy, ats, drain" },
        { "protocol = Drain", 2, "protocol", "Drain", "did you mean drain?", "translate" },
        { "invalidation = both", 2, "invalidation", "both", "expected one of register, queued", "register, queued" },
        { "workload.policy = lazy", 2, "workload.policy", "lazy", "one of strict, deferred, optimistic, shadow-copy", "shadow-copy" },
        { "name = \"../evil\"", 2, "name", "\"../evil\"", "not starting with '.'", "letters, digits" },
        { "name = a/b", 2, "name", "a/b", "letters, digits", "letters, digits" },
        { "description = \"\\ud800\"", 2, "description", "\"\ufffd\"", "on one line", "0 to 1000" },
        { "description = \"two\\nlines\"", 2, "description", "\"two\ufffdlines\"", "on one line", "0 to 1000" },
        { "description = null", 2, "description", "null", "expected text", "0 to 1000" },
        { "expect.verdict = ok", 2, "expect.verdict", "ok", "one of held, violated, hung", "held" },
        { "expect.protocols.ats = fine", 2, "expect.protocols.ats", "fine", "one of held, violated, hung", "held" },

        // unknown keys
        { "topology.vcpu = 2", 2, "topology.vcpu", "2", "unknown key (did you mean vcpus?); accepted here: guests", "guests, vcpus" },
        { "vcpus = 2", 2, "vcpus", "2", "did you mean viommu.scenario.topology.vcpus?", "topology" },
        { "timing { hypercall = 5 }", 2, "timing", "", "did you mean timing-ns?", "timing-ns" },
        { "zzz = 1", 2, "zzz", "1", "unknown key; accepted here: name, description", "protocol" },
        { "protocols.vhost { a = 1 }", 2, "protocols.vhost", "", "unknown key", "translate, memcpy, ats, drain" },
        { "protocols.translate.fast = true", 2, "protocols.translate.fast", "true", "no keys at all", "no keys" },
        { "protocols.drain.scope = some", 2, "protocols.drain.scope", "some", "one of selective, all", "selective" },
        { "expect.protocols.drains = held", 2, "expect.protocols.drains", "held", "did you mean drain?", "memcpy" },

        // lists
        { "topology.devices = 3", 2, "topology.devices", "3", "a list of 1 to 16 elements { kind, count, in-flight, viommu }", "kind" },
        { "topology.devices = []", 2, "topology.devices", "[]", "a list of 1 to 16", "kind" },
        { "topology.devices = [ nic ]", 2, "topology.devices[0]", "nic", "expected { kind", "in-flight" },
        { "topology.devices = [\n { kind = nic }\n { kind = gpu }\n]", 4, "topology.devices[1].kind", "gpu", "one of dma-engine, nic, mapper", "mapper" },
        { "topology.devices = [ { count = 0 } ]", 2, "topology.devices[0].count", "0", "1 to 240", "1 to 240" },
        { "topology.devices = [ { inflight = 2 } ]", 2, "topology.devices[0].inflight", "2", "did you mean in-flight?", "in-flight" },

        // ratios and faults
        { "faults = [ { on = DrainComplete, drop = 0.03 } ]", 2, "faults[0].drop", "0.03", "such as 3/100; here 3/100", "ratio" },
        { "faults = [ { on = DrainComplete, drop = 3% } ]", 2, "faults[0].drop", "3%", "such as 3/100", "ratio" },
        { "faults = [ { on = DrainComplete, drop = 4/3 } ]", 2, "faults[0].drop", "4/3", "from 0 to 1", "ratio" },
        { "faults = [ { on = DrainComplete, drop = 1/0 } ]", 2, "faults[0].drop", "1/0", "cannot be 0", "ratio" },
        { "faults = [ { on = DrainComplete, drop = -1/2 } ]", 2, "faults[0].drop", "-1/2", "from 0 to 1", "ratio" },
        { "faults = [ { on = DrainCompleted, drop = 1/2 } ]", 2, "faults[0].on", "DrainCompleted", "did you mean DrainComplete?", "DrainRequest" },
        { "faults = [ { on = DrainComplete, crash-at-ns = 5 } ]", 2, "faults[0].on", "DrainComplete", "expected a party", "a party (dummy-viommu, hypervisor, vcpu)" },
        { "faults = [ { on = dummy-viommu, drop = 1/2 } ]", 2, "faults[0].on", "dummy-viommu", "expected a message", "a message (DrainComplete, DrainRequest, Translate)" },
        { "faults = [ { on = hypervisor, delay = 1/2, delay-ns = 5 } ]", 2, "faults[0].on", "hypervisor", "expected a message", "a message (" },
        { "faults = [\n { drop = 1/2 } ]", 3, "faults[0].drop", "1/2", "needs viommu.scenario.faults[0].on for a kind of message, or viommu.scenario.faults[0].from", "ratio" },
        { "faults = [\n { crash-at-ns = 7 } ]", 3, "faults[0].crash-at-ns", "7", "needs viommu.scenario.faults[0].on: which party crashes", "nanoseconds" },
        { "faults = [ { from = vcpu } ]", 2, "faults[0].from", "vcpu", "does nothing", "vcpu" },
        { "faults = [ { from = cpu, drop = 1/2 } ]", 2, "faults[0].from", "cpu", "one of vcpu, viommu, ioreq, dummy-viommu, device, memory", "memory" },
        { "faults = [ { to = dummy-viommo, drop = 1/2 } ]", 2, "faults[0].to", "dummy-viommo", "did you mean dummy-viommu?", "memory" },
        { "faults = [ { on = dummy-viommu, from = device, crash-at-ns = 5 } ]", 2, "faults[0].from", "device", "a crash strikes a party, not a link", "memory" },
        { "faults = [ { on = DrainComplete, reorder = 1/2 } ]", 2, "faults[0].reorder", "1/2", "needs viommu.scenario.faults[0].delay-ns above 0", "ratio" },
        { "faults = [ { on = DrainComplete, drop = 1/2, reorder = 2/3, delay-ns = 1 } ]", 2, "faults[0].on", "DrainComplete", "together exceed 1/1", "" },
        { "faults = [ { on = dummy-viommu, reorder = 1/2, delay-ns = 5 } ]", 2, "faults[0].on", "dummy-viommu", "expected a message", "a message (" },
        { "faults = [ { on = vcpu, crash-at-ns = 5, restart-after-ns = 5 } ]", 2, "faults[0].restart-after-ns", "5", "does not come back", "nanoseconds" },
        { "faults = [ { on = DrainComplete } ]", 2, "faults[0].on", "DrainComplete", "does nothing", "message" },
        { "faults = [ { on = dummy-viommu, drop = 1/2, crash-at-ns = 5 } ]", 2, "faults[0].on", "dummy-viommu", "write two rules", "party" },
        { "faults = [ { on = DrainComplete, drop = 1/2, duplicate = 1/3, delay = 1/5, delay-ns = 1 } ]", 2, "faults[0].on", "DrainComplete", "together exceed 1/1", "" },
        { "faults = [ { on = DrainComplete, delay = 1/5 } ]", 2, "faults[0].delay", "1/5", "needs viommu.scenario.faults[0].delay-ns", "ratio" },
        { "faults = [ { on = DrainComplete, delay-ns = 5 } ]", 2, "faults[0].delay-ns", "5", "needs viommu.scenario.faults[0].delay or viommu.scenario.faults[0].duplicate or viommu.scenario.faults[0].reorder above", "nanoseconds" },
        { "faults = [ { on = dummy-viommu, restart-after-ns = 5 } ]", 2, "faults[0].restart-after-ns", "5", "needs viommu.scenario.faults[0].crash-at-ns", "nanoseconds" },

        // together impossible
        { "protocol = ats", 2, "protocol", "ats", "meets viommu.scenario.invalidation = register (reference.conf), which must be queued", "ats" },
        { "workload.kind = trace", 2, "workload.kind", "trace", "needs viommu.scenario.workload.file", "trace" },
        { "workload { kind = trace, file = \"embedded:linux-strict\" }\ntopology.guests = 2", 3, "topology.guests", "2", "a recording is of one guest, so it must be 1", "1 to 10000" },
        { "workload.file = nowhere.gz", 2, "workload.file", "nowhere.gz", "there is no such file", "embedded:linux-strict" },
        { "workload.file = \"..\"", 2, "workload.file", "\"..\"", "this is a directory", "a file that exists" },
        { "workload.file = \"embedded:bsd\"", 2, "workload.file", "\"embedded:bsd\"", "there is no such file", "embedded:xen-register" },
        { "topology.guests = 10000\ntopology.vcpus = 64", 3, "topology.vcpus", "64", "640000 vCPUs in all guests, at most 65536", "1 to 64" },
        { "topology.guests = 10000\ntopology.ram-mib = 1024", 3, "topology.ram-mib", "1024", "10240000 MiB in all guests", "4 to 65536" },
        { "topology.devices = [ { count = 200 }, { count = 200 } ]\ntopology.ram-mib = 4096", 2, "topology.devices", "[ … ]", "400 devices", "list" },
        { "topology.devices = [ { count = 100, in-flight = 1000 } ]", 2, "topology.devices", "[ … ]", "need 1563 MiB: viommu.scenario.topology.ram-mib = 64 (reference.conf)", "list" },
        { "topology.domains = 3", 2, "topology.domains", "3", "only 2 devices", "0 to 256" },
        { "topology.devices = [ { viommu = 1 } ]", 2, "topology.devices[0].viommu", "1", "no unit of that index, the first is 0: viommu.scenario.topology.viommus = 1", "0 to 7" },
        { "workload.map-page-size = 1073741824", 2, "workload.map-page-size", "1073741824", "need 8192 MiB", "4096" },
    };

    /// <summary>A whole file · line · part of the message.</summary>
    public static TheoryData<string, int, string> Syntax => new()
    {
        { "viommu.scenario {\n name = a\n", 1, "the opening brace is never closed" },
        { "viommu.scenario {\n topology {\n  vcpus = 2\n workload {\n  rounds = 4\n }\n}\n", 1, "line 4 is indented as if viommu.scenario.topology (opened in line 2) had ended before it" },
        { "viommu.scenario {\n}\n}\n", 3, "this closing brace has no opening one" },
        { "viommu.scenario { faults = [ { on = a, drop = 1/2 } }", 1, "expected a comma, a new line or ] here, found '}'" },
        { "viommu.scenario {\n faults = [\n", 2, "the opening bracket is never closed" },
        { "viommu.scenario {\n name = \"open\n}", 2, "the quote is not closed on its line" },
        { "viommu.scenario {\n name = \"\\q\"\n}", 2, "a backslash cannot be followed by 'q'" },
        { "viommu.scenario {\n name = \"\"\"x\"\"\"\n}", 2, "triple quotes" },
        { "viommu.scenario {\n name = ${other}\n}", 2, "substitutions" },
        { "viommu.scenario {\n protocol = drain invalidation = queued\n}", 2, "a comma or a new line is missing" },
        { "viommu.scenario {\n protocol =\n}", 2, "a value is missing" },
        { "viommu.scenario {\n protocol\n}", 2, "the key has no value" },
        { "viommu.scenario {\n protocol drain\n}", 2, "expected = or { after the key, found 'd'" },
        { "viommu.scenario {\n faults += []\n}", 2, "expected = or { after the key, found '+'" },
        { "viommu.scenario {\n a..b = 1\n}", 2, "expected a key, found '.'" },
        { "viommu.scenario {\n ,name = x\n}", 2, "expected a key, found ','" },
        { "viommu.scenario {\n name = x,,\n}", 2, "expected a key, found ','" },
        { "viommu.scenario {\n name = x\u0001\n}", 2, "character U+0001" },
        { "viommu.scenario {\n name = a\n name = b\n}", 3, "has a value already, in line 2" },
        { "viommu.scenario {\n topology { vcpus = 1 }\n topology { vcpus = 2 }\n}", 3, "has a value already, in line 2" },
        { "viommu.scenario {\n include \"nowhere.conf\"\n}", 2, "there is no such file to include" },
        { "viommu.scenario {\n include \"..\"\n}", 2, "is a directory" },
        { "viommu.scenario {\n include nowhere.conf\n}", 2, "include needs a file name in quotes" },
        { "{ viommu.scenario { } } more", 1, "after the closing brace of the file" },
        { "viommu.scenario { } trailing = 1", 1, "expected a comma, a new line or }" },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public void A_bad_value_is_named_with_its_place_and_what_is_accepted(string text, int line, string key, string value, string message, string accepted)
    {
        using var bench = new Bench();
        var errors = bench.Errors($"viommu.scenario {{\n{text}\n}}\n");

        var error = Assert.Single(errors);
        Assert.Equal(S + key, error.Key);
        Assert.Equal(value, error.Value);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Contains(accepted, error.Accepted, StringComparison.Ordinal);
        Assert.EndsWith("/test.conf", error.File, StringComparison.Ordinal);
        Assert.Equal(line, error.Line);
        Assert.True(error.Column > 0);
    }

    [Theory]
    [MemberData(nameof(Syntax))]
    public void Broken_syntax_is_named_with_its_line(string text, int line, string message)
    {
        using var bench = new Bench();
        var error = Assert.Single(bench.Errors(text));

        Assert.EndsWith("/test.conf", error.File, StringComparison.Ordinal);
        Assert.Equal(line, error.Line);
        Assert.True(error.Column > 0);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_error_reads_as_file_line_key_value_message()
    {
        using var bench = new Bench();
        var path = bench.Write("x.conf", "viommu.scenario {\n  topology {\n    vcpus = -3\n  }\n}\n");

        var error = Assert.Throws<ScenarioException>(() => ScenarioLoader.Load(path, []));

        Assert.Equal($"{path}:3: viommu.scenario.topology.vcpus = -3: expected an integer from 1 to 64", error.Message);
    }

    [Fact]
    public void All_errors_of_a_file_are_reported_at_once_in_the_order_of_its_lines()
    {
        using var bench = new Bench();
        var errors = bench.Errors("viommu.scenario {\n protocol = x\n unit.drain = 3\n nonsense = 1\n topology.vcpus = 0\n faults = [ { on = DrainComplete, drop = 2 } ]\n}");

        Assert.Equal([2, 3, 4, 5, 6], errors.Select(e => e.Line));
    }

    [Fact]
    public void A_key_outside_the_scenario_is_unknown()
    {
        using var bench = new Bench();
        var error = Assert.Single(bench.Errors("topology { vcpus = 2 }\n"));

        Assert.Equal("topology", error.Key);
        Assert.Contains("did you mean viommu.scenario.topology?", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("# nothing but a comment\n")]
    public void A_file_that_states_nothing_is_an_error(string text)
    {
        using var bench = new Bench();

        Assert.Contains("states nothing", Assert.Single(bench.Errors(text)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_larger_than_a_mebibyte_is_refused()
    {
        using var bench = new Bench();

        Assert.Contains("larger than 1048576 bytes", Assert.Single(bench.Errors(new string('#', (1 << 20) + 1))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{ a = ", " }")]
    [InlineData("[ ", " ]")]
    [InlineData("a.a.a.a.a.a.a.a.a.a.a.a { ", " }")]
    public void Nesting_deeper_than_the_bound_is_refused(string open, string close)
    {
        using var bench = new Bench();
        var deep = string.Concat(Enumerable.Repeat(open, 10_000)) + "1" + string.Concat(Enumerable.Repeat(close, 10_000));

        Assert.Contains("nested deeper than 32", Assert.Single(bench.Errors(open.StartsWith('a') ? deep : "a = " + deep)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_utf8_is_refused()
    {
        using var bench = new Bench();
        var path = bench.Write("latin.conf", [0x76, 0xff, 0xfe, 0x41]);

        var error = Assert.Single(Assert.Throws<ScenarioException>(() => ScenarioLoader.Load(path, [])).Errors);
        Assert.Contains("not UTF-8", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("stale-dmaa", "(did you mean stale-dma?)")]
    [InlineData("no-such-thing-at-all", "accepted: a path, or one of ")]
    [InlineData("", "accepted: a path, or one of ")]
    [InlineData("missing/file.conf", "cannot be read")]
    [InlineData("/", "is a directory")]
    [InlineData("..", "is a directory")]
    public void A_scenario_that_is_not_there_is_an_error(string name, string message)
    {
        var error = Assert.Single(Assert.Throws<ScenarioException>(() => ScenarioLoader.Load(name, [])).Errors);

        Assert.Equal(name, error.File);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }
}
