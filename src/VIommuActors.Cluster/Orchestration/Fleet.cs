using System.Collections.Immutable;
using System.Globalization;
using VIommuActors.Blueprints.Faults;

namespace VIommuActors.Cluster.Orchestration;

/// <summary>
/// The processes of a run on this host: starts them, carries out a fault plan on them, and puts another in the place of one that died.
/// </summary>
public sealed class Fleet(
    NodeCommand command, string seed, ImmutableArray<string> roles, ImmutableArray<string> options, TimeProvider clock) : IAsyncDisposable
{
    private static readonly TimeSpan StartsWithin = TimeSpan.FromSeconds(90), LeavesWithin = TimeSpan.FromSeconds(28);
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(200);

    private readonly NodeProcess?[] _nodes = new NodeProcess?[roles.Length];
    private readonly bool[] _isDown = new bool[roles.Length];
    private readonly List<RunEvent> _events = [];
    private readonly HashSet<string> _struck = [];
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(10) };
    private DateTimeOffset _zero = clock.GetUtcNow();

    /// <summary>What happened, in order.</summary>
    public ImmutableArray<RunEvent> Events
    {
        get
        {
            lock (_events) return [.. _events];
        }
    }

    /// <summary>Nodes that died or ended during the run, by name: what they hosted was hit.</summary>
    public ImmutableHashSet<string> Struck
    {
        get
        {
            lock (_events) return [.. _struck];
        }
    }

    /// <summary>Starts all of them, one after the other.</summary>
    /// <exception cref="IOException">One ended before it was ready.</exception>
    public async Task Start(CancellationToken cancel)
    {
        for (var index = 0; index < roles.Length; index++) await Start(index, cancel);
    }

    /// <summary>Carries out faults, their times counted from now, and replaces nodes that die; goes on until cancelled.</summary>
    public async Task CarryOut(ImmutableArray<PlannedFault> faults, CancellationToken cancel)
    {
        _zero = clock.GetUtcNow();
        var watch = ReplaceTheDead(cancel);
        foreach (var fault in faults)
        {
            if (!await WaitUntil(fault.AtMs, cancel)) break;
            await Strike(fault, cancel);
        }
        await watch;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_nodes.OfType<NodeProcess>().Select(node => node.Stop(LeavesWithin)));
        foreach (var node in _nodes) node?.Dispose();
        _http.Dispose();
    }

    private async Task Start(int index, CancellationToken cancel)
    {
        _nodes[index]?.Dispose();
        var node = NodeProcess.Start(command, index, roles[index], seed, options);
        _nodes[index] = node;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(StartsWithin);
        try
        {
            await node.WhenReady(limit.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new IOException($"node {index} ({roles[index]}) was not ready within {StartsWithin.TotalSeconds} s");
        }
        catch (IOException notReady)
        {
            throw new IOException($"{notReady.Message}: {string.Join(" | ", node.Log.TakeLast(3))}", notReady);
        }
        _isDown[index] = false;
        Note(node.Node, "started");
    }

    /// <summary>A successor that does not come up is something that happened, and no reason to lose the run.</summary>
    private async Task Replace(int index, CancellationToken cancel)
    {
        try
        {
            if (!cancel.IsCancellationRequested) await Start(index, cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // The run ended meanwhile.
        }
        catch (IOException failed)
        {
            Note(_nodes[index]?.Node is { Length: > 0 } name ? name : roles[index], failed.Message);
        }
    }

    private async Task Strike(PlannedFault fault, CancellationToken cancel)
    {
        if (_nodes[fault.Node] is not { HasExited: false } node || _isDown[fault.Node]) return;
        switch (fault.Kind)
        {
            case PlannedFaultKind.Kill:
                _isDown[fault.Node] = true;
                StrikeOut(node.Node, "killed");
                node.Kill();
                await WaitUntil(fault.AtMs + fault.ForMs, cancel);
                await Replace(fault.Node, cancel);
                break;
            case PlannedFaultKind.Partition:
                Note(node.Node, "cut off");
                await Cut(node, cancel);
                await WaitUntil(fault.AtMs + fault.ForMs, cancel);
                await Heal(node);
                Note(node.Node, "healed");
                break;
            case PlannedFaultKind.Slow:
                Note(node.Node, string.Create(CultureInfo.InvariantCulture, $"slowed by {fault.DelayMs} ms"));
                await Post(node, string.Create(CultureInfo.InvariantCulture, $"cluster/slow?ms={fault.DelayMs}"), cancel);
                await WaitUntil(fault.AtMs + fault.ForMs, cancel);
                await Post(node, "cluster/slow?ms=0", CancellationToken.None);
                Note(node.Node, "fast again");
                break;
        }
    }

    /// <summary>Cut at its own end, towards everybody, and so in both directions.</summary>
    private async Task Cut(NodeProcess node, CancellationToken cancel)
    {
        var others = _nodes.OfType<NodeProcess>().Where(other => other != node).Select(other => other.Node).Append(seed);
        await Post(node, $"cluster/partition?{string.Join("&", others.Select(other => $"node={other}"))}", cancel);
    }

    private Task Heal(NodeProcess node) => Post(node, "cluster/heal", CancellationToken.None);

    private async Task Post(NodeProcess node, string path, CancellationToken cancel)
    {
        try
        {
            using var answer = await _http.PostAsync(new Uri(node.Http!, path), content: null, cancel);
            answer.EnsureSuccessStatusCode();
        }
        catch (Exception failed) when (failed is HttpRequestException or TaskCanceledException && !cancel.IsCancellationRequested)
        {
            // The node died meanwhile, which is noted where it is found.
            Note(node.Node, $"did not take {path}: {failed.Message}");
        }
    }

    /// <summary>A node that was cut off too long ends itself; like one that was killed, it gets a successor.</summary>
    private async Task ReplaceTheDead(CancellationToken cancel)
    {
        try
        {
            while (true)
            {
                await Task.Delay(LookEvery, clock, cancel);
                for (var index = 0; index < _nodes.Length; index++)
                {
                    if (_isDown[index] || _nodes[index] is not { HasExited: true } node) continue;
                    _isDown[index] = true;
                    StrikeOut(node.Node, string.Create(CultureInfo.InvariantCulture, $"ended with code {node.ExitCode}"));
                    await Replace(index, cancel);
                }
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // The run is over.
        }
    }

    private async Task<bool> WaitUntil(long atMs, CancellationToken cancel)
    {
        var left = _zero + TimeSpan.FromMilliseconds(atMs) - clock.GetUtcNow();
        try
        {
            if (left > TimeSpan.Zero) await Task.Delay(left, clock, cancel);
            return !cancel.IsCancellationRequested;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private void Note(string node, string what)
    {
        lock (_events) _events.Add(new RunEvent((long)(clock.GetUtcNow() - _zero).TotalMilliseconds, node, what));
    }

    private void StrikeOut(string node, string how)
    {
        lock (_events) _struck.Add(node);
        Note(node, how);
    }
}
