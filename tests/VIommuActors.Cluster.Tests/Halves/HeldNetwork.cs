using Akka.Actor;
using VIommuActors.Wire.Messages;

namespace VIommuActors.Cluster.Tests.Halves;

/// <summary>What is between the halves for one session.</summary>
internal sealed class HeldNetwork
{
    private readonly Lock _gate = new();
    private readonly List<object> _held = [];
    private Func<object, bool, bool> _holds = (_, _) => false, _drops = (_, _) => false;

    public IActorRef? Up { get; set; }

    public IActorRef? Down { get; set; }

    public IActorRef? Hypervisor { get; set; }

    public IActorRef? DeviceModel { get; set; }

    /// <summary>The device model does not hear that it was given up.</summary>
    public bool CutOffDeath { get; set; }

    /// <summary>The most frames that came together.</summary>
    public int MostTogether { get; private set; }

    /// <summary>Frames that the device model sent.</summary>
    public int SentUp { get; private set; }

    public void SawTogether(int frames)
    {
        lock (_gate) MostTogether = Math.Max(MostTogether, frames);
    }

    /// <summary>Frames held so far.</summary>
    public IReadOnlyList<LinkFrame> Held
    {
        get
        {
            lock (_gate) return [.. _held.OfType<LinkFrame>()];
        }
    }

    /// <summary>From now on holds what fits; the flag says that it goes to the hypervisor.</summary>
    public void Hold(Func<object, bool, bool> what)
    {
        lock (_gate) _holds = what;
    }

    /// <summary>Messages that went nowhere.</summary>
    public int Dropped { get; private set; }

    /// <summary>From now on loses what fits; the flag says that it goes to the hypervisor.</summary>
    public void Drop(Func<object, bool, bool> what)
    {
        lock (_gate) _drops = what;
    }

    public bool Holds(object message, bool isUp)
    {
        lock (_gate)
        {
            if (isUp && message is LinkFrame) SentUp++;
            if (_drops(message, isUp))
            {
                Dropped++;
                return true;
            }
            if (CutOffDeath && !isUp) return true;
            if (!_holds(message, isUp)) return false;
            _held.Add(message);
            return true;
        }
    }

    /// <summary>Lets what is held go to the hypervisor, as a network that was cut does when it heals.</summary>
    public void LetGo()
    {
        object[] held;
        lock (_gate)
        {
            _holds = (_, _) => false;
            held = [.. _held];
            _held.Clear();
        }
        foreach (var message in held) Hypervisor!.Tell(message, Down!.IsNobody() ? ActorRefs.NoSender : Down);
    }
}
