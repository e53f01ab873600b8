using Akka.Actor;
using Akka.Cluster;
using VIommuActors.Cluster.Nodes;
using VIommuActors.Wire.Messages;

namespace VIommuActors.Cluster.Runs;

/// <summary>
/// Does one run: waits for the nodes, tells each what the machines are, starts them, and collects what they come to. A machine whose
/// hypervisor's node is removed from the cluster is lost; it is not started again, its memory was there.
/// </summary>
public sealed class Coordinator : UntypedActor, IWithTimers
{
    private const int StartsAtOnce = 32, AskAgainEvery = 10;

    private static readonly TimeSpan StepEvery = TimeSpan.FromMilliseconds(100), AskAgainAfter = TimeSpan.FromSeconds(5);

    private readonly ClusterRun _run;
    private readonly Shards _shards;
    private readonly TaskCompletionSource _done;
    private readonly Akka.Cluster.Cluster _cluster;
    private readonly Dictionary<Address, Member> _members = [];
    private readonly HashSet<string> _ready = [];
    private readonly DateTimeOffset[] _asked;
    private readonly TimeProvider _clock;
    private DateTimeOffset? _began, _ending;
    private int _next, _steps;

    /// <summary>The coordinator of a run.</summary>
    /// <param name="run">Is told everything.</param>
    /// <param name="shards">Where machines are started.</param>
    /// <param name="clock">For the run's duration.</param>
    /// <param name="done">Completed when every machine has ended or is lost.</param>
    public Coordinator(ClusterRun run, Shards shards, TimeProvider clock, TaskCompletionSource done)
    {
        (_run, _shards, _clock, _done) = (run, shards, clock, done);
        _cluster = Akka.Cluster.Cluster.Get(Context.System);
        _asked = new DateTimeOffset[run.Order.Definition.Vms];
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    private DefineRun Definition => _run.Order.Definition;

    /// <summary>Props of it.</summary>
    public static Props Props(ClusterRun run, Shards shards, TimeProvider clock, TaskCompletionSource done) =>
        Akka.Actor.Props.Create(() => new Coordinator(run, shards, clock, done));

    /// <inheritdoc/>
    protected override void PreStart()
    {
        _cluster.Subscribe(
            Self, ClusterEvent.SubscriptionInitialStateMode.InitialStateAsEvents, typeof(ClusterEvent.MemberUp),
            typeof(ClusterEvent.MemberRemoved));
        Timers.StartPeriodicTimer(Step.Instance, Step.Instance, StepEvery);
    }

    /// <inheritdoc/>
    protected override void PostStop() => _cluster.Unsubscribe(Self);

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case ClusterEvent.MemberUp up:
                _members[up.Member.Address] = up.Member;
                if (IsOfUse(up.Member)) Agent(up.Member.Address).Tell(Definition, Self);
                break;
            case ClusterEvent.MemberRemoved removed:
                Removed(removed.Member);
                break;
            case RunDefined defined:
                if (defined.Run != Definition.Run) break;
                if (defined.Problem is null) _ready.Add(defined.Node);
                else _run.Objected($"{defined.Node}: {defined.Problem}");
                break;
            case VmStarted started:
                if (Mine(started.Run, started.Vm)) Started(started);
                break;
            case VmEnded ended:
                if (!Mine(ended.Run, ended.Vm)) break;
                Sender.Tell(new VmNoted(ended.Run, ended.Vm), Self);
                Ended(ended);
                break;
            case NodeProgress progress:
                if (progress.Run == Definition.Run) _run.Heard(progress);
                break;
            case EndNow:
                EndAll();
                break;
            case Step:
                OnStep();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private static bool IsOfUse(Member member) => member.HasRole(NodeRole.Hypervisor) || member.HasRole(NodeRole.DeviceModel);

    private bool Mine(string run, int vm) => run == Definition.Run && vm >= 0 && vm < Definition.Vms;

    private static ActorSelection Agent(Address address) => Context.ActorSelection(new RootActorPath(address) / "user" / NodeAgent.Name);

    private int Ready(string role) => _members.Values.Count(member => member.HasRole(role) && _ready.Contains(NameOf(member.Address)));

    /// <summary>A node's name: host and port.</summary>
    internal static string NameOf(Address address) => $"{address.Host}:{address.Port}";

    private void OnStep()
    {
        var now = _clock.GetUtcNow();
        var again = ++_steps % AskAgainEvery == 0;
        if (_run.Problems.Length > 0) _done.TrySetResult();
        foreach (var member in _members.Values)
        {
            // A definition or an end can get lost like anything else.
            if (!again || !IsOfUse(member)) continue;
            if (!_ready.Contains(NameOf(member.Address))) Agent(member.Address).Tell(Definition, Self);
            if (_ending is not null) Agent(member.Address).Tell(new EndRun(Definition.Run), Self);
        }
        if (_began is null)
        {
            if (Ready(NodeRole.Hypervisor) < _run.Order.Hypervisors || Ready(NodeRole.DeviceModel) < _run.Order.DeviceModels) return;
            _began = now;
        }
        if (_ending is null) Start(now);
        if (_ending is null && now - _began >= _run.Order.Duration) EndAll();
        var (waiting, running, _, _) = _run.Count();
        if (running == 0 && (waiting == 0 || _ending is not null)) _done.TrySetResult();
    }

    private void Start(DateTimeOffset now)
    {
        var starts = 0;
        _run.Write(vms =>
        {
            for (var looked = 0; looked < vms.Length && starts < StartsAtOnce; looked++)
            {
                var vm = _next = (_next + 1) % vms.Length;
                if (vms[vm].State != VmState.Waiting || now - _asked[vm] < AskAgainAfter) continue;
                _asked[vm] = now;
                starts++;
                _shards.Hypervisors.Tell(new StartVm(Definition.Run, vm), Self);
            }
        });
    }

    private void Started(VmStarted started) => _run.Write(vms =>
    {
        var vm = vms[started.Vm];
        if (vm.State == VmState.Waiting) (vm.State, vm.Node) = (VmState.Running, started.Node);
    });

    private void Ended(VmEnded ended) => _run.Write(vms =>
    {
        var vm = vms[ended.Vm];
        if (vm.State is VmState.Ended || vm.Figures is not null) return;
        (vm.State, vm.Node, vm.Figures, vm.Lost) =
            (ended.Lost is null ? VmState.Ended : VmState.Lost, ended.Node, ended.Figures, ended.Lost);
    });

    private void Removed(Member member)
    {
        _members.Remove(member.Address);
        var name = NameOf(member.Address);
        _ready.Remove(name);
        _run.Write(vms =>
        {
            foreach (var vm in vms.Where(vm => vm.State == VmState.Running && vm.Node == name))
                (vm.State, vm.Lost) = (VmState.Lost, $"its hypervisor's node {name} was removed from the cluster");
        });
    }

    private void EndAll()
    {
        if (_ending is not null) return;
        _ending = _clock.GetUtcNow();
        foreach (var member in _members.Values.Where(IsOfUse)) Agent(member.Address).Tell(new EndRun(Definition.Run), Self);
    }

    /// <summary>Ends the run before its time; guests end with the round that they are in.</summary>
    public sealed class EndNow
    {
        /// <summary>The one there is.</summary>
        public static EndNow Instance { get; } = new();
    }

    private sealed class Step
    {
        public static Step Instance { get; } = new();
    }
}
