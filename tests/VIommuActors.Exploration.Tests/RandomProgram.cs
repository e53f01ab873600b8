using System.Numerics;
using Akka.Actor;
using VIommuActors.Simulation;

namespace VIommuActors.Exploration.Tests;

/// <summary>What the actors of a random program may do besides sending.</summary>
[Flags]
internal enum Features
{
    None = 0,
    Delays = 1,
    Waits = 2,
    Faults = 4,
    FaultTotal = 8,
    Shared = 16,
    Nameless = 32,
    Forwards = 64,
    Stash = 128,
    Reorders = 256,
    Postpones = 512,
    Crashes = 1024,
    SharedSeldom = 2048,
}

/// <summary>
/// Actors whose behaviour is a pseudo-random function of what they handled so far: small worlds that nobody tuned a search to.
/// </summary>
internal sealed class RandomProgram : IWorld
{
    private readonly ulong _seed;
    private readonly Features _features;
    private readonly int _fuel;
    private readonly SimKernel _kernel;
    private readonly IActorRef[] _refs;
    private readonly Node[] _nodes;
    private readonly ulong[] _shared = new ulong[2];

    public RandomProgram(SimSystem sim, ulong seed, Features features, int actors = 3, int fuel = 3)
    {
        (_seed, _features, _fuel, _kernel) = (seed, features, fuel, sim.Kernel);
        _refs = new IActorRef[actors];
        _nodes = new Node[actors];
        sim.Kernel.BeginWorld();
        for (int i = 0; i < actors; i++)
        {
            int id = i;
            var props = Props.CreateBy(new Maker(() => _nodes[id] = new Node(this, id)));
            _refs[i] = sim.System.ActorOf(props, $"n{seed}-{(int)features}-{i}");
            sim.Kernel.Register(_refs[i]);
            sim.Kernel.RunMisc();
        }

        Faults = Rules(seed, features);
    }

    public LaneFaults? Faults { get; }

    /// <summary>Told of every access to what is shared.</summary>
    public Action? Touching { get; set; }

    /// <summary>Final states seen.</summary>
    public SortedSet<string> Outcomes { get; } = [];

    public void Begin(SimKernel kernel)
    {
        Array.Clear(_shared);
        foreach (var node in _nodes)
        {
            node.State = 0;
            node.Stash.ClearStash();
        }

        for (int i = 0; i < 2; i++)
        {
            _refs[i].Tell(_fuel, _refs[i]);
        }
    }

    public string? Check()
    {
        Outcomes.Add(string.Join(' ', _nodes.Select(node => node.State.ToString("x16"))) + $" {_kernel.PendingMessages}");
        return null;
    }

    public void Stop(SimSystem sim)
    {
        foreach (var actor in _refs)
        {
            sim.System.Stop(actor);
        }

        sim.Kernel.EndWorld();
    }

    private LaneFaults? Rules(ulong seed, Features features)
    {
        const Features newer = Features.Reorders | Features.Postpones | Features.Crashes;
        bool total = features.HasFlag(Features.FaultTotal);
        bool older = total || features.HasFlag(Features.Faults);
        int few = 1 + (int)(seed % 2);
        if (!older && (features & newer) == 0)
        {
            return null;
        }

        // Of several kinds each message can suffer one, or few worlds would be small enough.
        bool several = BitOperations.PopCount((uint)(features & newer)) > 1;
        LaneFaultKinds KindsFor(int fuel, IActorRef receiver) =>
            fuel % 2 != 0 ? LaneFaultKinds.None
            : several ? (LaneFaultKinds)(1 << (int)(Mix(seed, (ulong)((fuel * 16) + Array.IndexOf(_refs, receiver))) % 5))
            : LaneFaultKinds.All;

        // Some die and are started again, others only forget.
        var crash = new CrashNow(Restarts: seed % 3 == 0);
        return new LaneFaults((_, receiver, message) => KindsFor((int)message, receiver))
        {
            DropsPerLane = older ? few : 0,
            DuplicatesPerLane = older && seed % 2 == 0 ? 1 : 0,
            ReordersPerLane = features.HasFlag(Features.Reorders) ? few : 0,
            DelaysPerLane = features.HasFlag(Features.Postpones) ? few : 0,
            DelayNs = (long)(seed / 2 % 3),
            CrashesPerReceiver = features.HasFlag(Features.Crashes) ? few : 0,
            CrashWith = _ => crash,
            Total = total ? 1 : int.MaxValue,
        };
    }

    private static ulong Mix(ulong a, ulong b)
    {
        ulong z = (a * 0x9E37_79B9_7F4A_7C15) ^ (b + 0xD1B5_4A32_D192_ED03);
        z = (z ^ (z >> 30)) * 0xBF58_476D_1CE4_E5B9;
        return z ^ (z >> 29);
    }

    private sealed record CrashNow(bool Restarts);

    private sealed class InjectedCrashException : Exception;

    private sealed class Node(RandomProgram program, int id) : UntypedActor, IWithStash
    {
        public IStash Stash { get; set; } = null!;

        public ulong State { get; set; }

        protected override void OnReceive(object message)
        {
            if (message is CrashNow crash)
            {
                State = Mix(State, 77);
                if (crash.Restarts)
                {
                    throw new InjectedCrashException();
                }

                return;
            }

            int fuel = (int)message;
            int from = Array.IndexOf(program._refs, Sender);
            State = Mix(State, (ulong)((fuel * 16) + from + 1));
            if (program._features.HasFlag(Features.Shared) || (program._features.HasFlag(Features.SharedSeldom) && State / 128 % 8 == 0))
            {
                UseShared();
            }

            ulong draw = Mix(State ^ program._seed, (ulong)id);
            if (program._features.HasFlag(Features.Waits))
            {
                Wait(draw);
            }

            if (program._features.HasFlag(Features.Stash))
            {
                if (draw / 1024 % 4 == 0)
                {
                    Stash.Stash();
                    return;
                }

                if (draw / 4096 % 3 == 0)
                {
                    Stash.UnstashAll();
                }
            }

            if (fuel == 0)
            {
                return;
            }

            for (int sends = 1 + (int)(draw % 2); sends > 0; sends--)
            {
                draw = Mix(draw, (ulong)sends);
                Send(program._refs[(int)(draw % (ulong)program._refs.Length)], fuel - 1, draw >> 8);
            }
        }

        private void Send(IActorRef target, int fuel, ulong draw)
        {
            var sender = program._features.HasFlag(Features.Nameless) && draw % 3 == 0 ? ActorRefs.NoSender
                : program._features.HasFlag(Features.Forwards) && draw % 3 == 1 ? Sender
                : Self;
            if (program._features.HasFlag(Features.Delays) && draw % 2 == 0)
            {
                program._kernel.DeliverAt(program._kernel.NowNs + (long)(draw / 2 % 3), target, fuel, sender);
            }
            else
            {
                target.Tell(fuel, sender);
            }
        }

        private void Wait(ulong draw)
        {
            if (draw / 64 % 3 == 0)
            {
                program._kernel.Accept(Self, program._refs[(int)(draw / 256 % (ulong)program._refs.Length)]);
            }
            else
            {
                program._kernel.AcceptAll(Self);
            }
        }

        private void UseShared()
        {
            int word = (int)(State / 32 % 2);
            bool write = State / 64 % 2 == 0;
            program._kernel.Touch(word, write);
            program.Touching?.Invoke();
            State = Mix(State, program._shared[word]);
            if (write)
            {
                program._shared[word] = State;
            }
        }
    }

    private sealed class Maker(Func<ActorBase> make) : IIndirectActorProducer
    {
        public Type ActorType => typeof(Node);

        public ActorBase Produce() => make();

        public void Release(ActorBase actor)
        {
        }
    }
}
