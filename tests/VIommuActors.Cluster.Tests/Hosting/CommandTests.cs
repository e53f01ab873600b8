using VIommuActors.Cluster.Hosting;
using VIommuActors.Cluster.Nodes;

namespace VIommuActors.Cluster.Tests.Hosting;

/// <summary>What a node is told by POST: done when it may be, refused in words when not.</summary>
public sealed class CommandTests
{
    private const string Secret = "correct horse battery";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task What_is_no_request_is_refused_as_a_document_that_says_why()
    {
        await using var hosts = new Hosts();
        var host = await hosts.StartAsync(NodeRole.Hypervisor, settings => settings with { Admin = true });
        (string Method, string Path, int Status, string Told)[] table =
        [
            ("GET", "/nothing", 404, "/cluster/members"),
            ("GET", "/", 404, "/health/live"),
            ("POST", "/runs", 405, "GET"),
            ("GET", "/cluster/leave", 405, "POST"),
            ("DELETE", "/cluster/members", 405, "GET"),
            ("GET", "/cluster/members?x=1", 400, "no such parameter"),
            ("POST", "/cluster/leave?node=nowhere", 400, "host:port"),
            ("POST", "/cluster/leave?node=127.0.0.1:1", 400, "no member"),
            ("POST", "/cluster/leave?node=a:1&node=b:1", 400, "one node at a time"),
            ("POST", "/cluster/down", 400, "node=host:port"),
            ("POST", "/cluster/down?node=", 400, "host:port"),
            ("POST", "/cluster/partition?node=127.0.0.1:1", 400, "--fault-injection"),
            ("POST", "/cluster/heal?node=127.0.0.1:1", 400, "not cut off"),
            ("POST", "/cluster/slow", 400, "ms=N"),
            ("POST", "/cluster/slow?ms=-1", 400, "0 to 60000"),
            ("POST", "/cluster/slow?ms=60001", 400, "0 to 60000"),
            ("POST", "/cluster/slow?ms=1&ms=2", 400, "ms=N"),
        ];
        foreach (var (method, path, status, told) in table)
        {
            var (got, body) = await hosts.AskAsync(host, path, method);
            Assert.True(got == status, $"{method} {path}: {got}");
            Assert.Equal("viommu.error/1", body.GetProperty("schema").GetString());
            Assert.Contains(told, body.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_node_that_was_not_started_for_it_takes_no_commands()
    {
        await using var hosts = new Hosts();
        var host = await hosts.StartAsync(NodeRole.Hypervisor);
        foreach (var (_, path) in NodeEndpoints.Paths.Where(known => known.Method == "POST"))
        {
            var (status, body) = await hosts.AskAsync(host, path, "POST");
            Assert.Equal(403, status);
            Assert.Contains("--admin", body.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_command_needs_the_secret_when_there_is_one_and_never_comes_from_a_web_page()
    {
        await using var hosts = new Hosts();
        var host = await hosts.StartAsync(NodeRole.Hypervisor, settings => settings with { Admin = true, Secret = Secret });
        foreach (var wrong in new[] { null, "Bearer", "Bearer ", $"Bearer {Secret}x", $"Bearer {Secret[..^1]}", $"Basic {Secret}", Secret })
            Assert.Equal(401, (await hosts.AskAsync(host, "/cluster/slow?ms=5", "POST", wrong)).Status);
        Assert.Equal(TimeSpan.Zero, host.Node.Weather.LinkDelay);
        using (var page = new HttpRequestMessage(HttpMethod.Post, new Uri(host.HttpAddress, "/cluster/slow?ms=5")))
        {
            page.Headers.TryAddWithoutValidation("Authorization", $"Bearer {Secret}");
            page.Headers.TryAddWithoutValidation("Origin", "http://example.org");
            Assert.Equal(403, (await hosts.SendAsync(page)).Status);
        }
        Assert.Equal(200, (await hosts.AskAsync(host, "/cluster/slow?ms=5", "POST", $"Bearer {Secret}")).Status);
        Assert.Equal(TimeSpan.FromMilliseconds(5), host.Node.Weather.LinkDelay);
        // Reading needs none: probes have none.
        Assert.Equal(200, (await hosts.AskAsync(host, "/cluster/members")).Status);
    }

    [Fact]
    public async Task A_large_body_is_refused_unread()
    {
        await using var hosts = new Hosts();
        var host = await hosts.StartAsync(NodeRole.Hypervisor, settings => settings with { Admin = true });
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(host.HttpAddress, "/cluster/slow?ms=5"))
        {
            Content = new ByteArrayContent(new byte[100_000]),
        };
        Assert.Equal(413, (await hosts.SendAsync(request)).Status);
    }

    [Fact]
    [Trait("Category", "cluster")]
    public async Task A_cut_makes_members_unreachable_and_healing_it_brings_them_back()
    {
        await using var hosts = new Hosts();
        NodeSettings Faulty(NodeSettings settings) => settings with { FaultInjection = true };
        var first = await hosts.StartAsync(NodeRole.Coordinator, Faulty);
        var second = await hosts.StartAsync(NodeRole.Hypervisor, Faulty);
        await hosts.MembersAsync(first, members => Hosts.Count(members, "Up") == 2);

        Assert.Equal(200, (await hosts.AskAsync(first, $"/cluster/partition?node={second.Node.Name}", "POST")).Status);
        var cut = await hosts.MembersAsync(first, members => Hosts.Count(members, "Up", reachable: false) == 1);
        Assert.Equal(second.Node.Name, Assert.Single(cut.GetProperty("cut").EnumerateArray()).GetString());
        Assert.Equal(200, (await hosts.AskAsync(first, "/cluster/heal", "POST")).Status);
        var healed = await hosts.MembersAsync(first, members => Hosts.Count(members, "Up") == 2);
        Assert.Empty(healed.GetProperty("cut").EnumerateArray());
    }

    [Fact]
    [Trait("Category", "cluster")]
    public async Task The_smaller_side_of_a_cut_ends_itself_as_downed_and_the_larger_goes_on()
    {
        await using var hosts = new Hosts();
        NodeSettings Faulty(NodeSettings settings) => settings with
        {
            FaultInjection = true,
            Overrides = "akka.cluster.split-brain-resolver.stable-after = 1s",
        };
        var first = await hosts.StartAsync(NodeRole.Coordinator, Faulty);
        var second = await hosts.StartAsync(NodeRole.Hypervisor, Faulty);
        var third = await hosts.StartAsync(NodeRole.DeviceModel, Faulty);
        await hosts.MembersAsync(first, members => Hosts.Count(members, "Up") == 3);
        await hosts.MembersAsync(third, members => Hosts.Count(members, "Up") == 3);

        var path = $"/cluster/partition?node={first.Node.Name}&node={second.Node.Name}";
        Assert.Equal(200, (await hosts.AskAsync(third, path, "POST")).Status);
        Assert.Equal(NodeEnd.Downed, await third.WhenEnded.WaitAsync(Patience));
        await hosts.MembersAsync(first, members => members.GetProperty("count").GetInt32() == 2 && Hosts.Count(members, "Up") == 2);
        Assert.False(first.WhenEnded.IsCompleted);
    }

    [Fact]
    public async Task A_member_that_is_downed_by_hand_ends_as_downed()
    {
        await using var hosts = new Hosts();
        var first = await hosts.StartAsync(NodeRole.Coordinator, settings => settings with { Admin = true });
        var second = await hosts.StartAsync(NodeRole.Hypervisor);
        await hosts.MembersAsync(first, members => Hosts.Count(members, "Up") == 2);
        Assert.Equal(200, (await hosts.AskAsync(first, $"/cluster/down?node={second.Node.Name}", "POST")).Status);
        Assert.Equal(NodeEnd.Downed, await second.WhenEnded.WaitAsync(Patience));
    }
}
