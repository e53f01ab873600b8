using Akka.Actor;
using static VIommuActors.PeerModel.PeerMessages;

namespace VIommuActors.PeerModel;

/// <summary>Guest memory; knows which frames were freed, and so which accesses are stale.</summary>
internal sealed class Memory(PeerWorld world) : PeerActor(world)
{
    private readonly int[] _freed = new int[world.Options.Guests];
    private readonly DmaDone[] _done = [.. Enumerable.Range(0, world.Options.Guests).Select(g => new DmaDone(g))];

    /// <summary>Accesses to frames that were no longer the guest's buffer.</summary>
    public int Stale { get; private set; }

    public override void Reset()
    {
        Array.Clear(_freed);
        Stale = 0;
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case DmaAccess access:
                if (access.Frame - 1 < _freed[access.Guest])
                {
                    Stale++;
                    if (Options.StopsAtStale)
                    {
                        World.Kernel.Stop();
                    }
                }

                Sender.Tell(_done[access.Guest], Self);
                break;
            case Free free:
                _freed[free.Guest]++;
                break;
            default:
                Unhandled(message);
                break;
        }
    }
}
