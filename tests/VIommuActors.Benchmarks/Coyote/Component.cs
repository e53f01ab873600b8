using Microsoft.Coyote;
using Microsoft.Coyote.Actors;

namespace VIommuActors.Benchmarks.Coyote;

/// <summary>A component of the peer model as a Coyote actor.</summary>
internal abstract class Component : Actor
{
    private Queue<Message>[] _lanes = [];
    private readonly Queue<Message> _putAside = new(); // Delivery.Inbox: what came while only one sender was listened to
    private int _owed; // Delivery.Lanes: packets that came while nothing could be taken
    private int _doublings;

    protected CoyoteWorld World { get; private set; } = null!;

    protected int Number { get; private set; }

    /// <summary>The only sender that is listened to; -1 for all.</summary>
    protected int OnlyFrom { get; set; } = -1;

    protected sealed override Task OnInitializeAsync(Event initialEvent)
    {
        var setup = (Setup)initialEvent;
        (World, Number) = (setup.World, setup.Number);
        _lanes = World.LanesOf(Number);
        Prepare();
        return Task.CompletedTask;
    }

    protected virtual void Prepare()
    {
    }

    protected abstract void Handle(Message message);

    protected void Send(int to, Kind kind, int guest = 0, int value = 0)
    {
        var message = new Message(kind, Number, guest, value);
        SendPacket(to, message);
        if (World.MayDouble(message) && World.Delivery == Delivery.Inbox && _doublings == 0 && RandomBoolean())
        {
            _doublings++;
            SendPacket(to, message);
        }
    }

    protected void OnPacket(Event e)
    {
        if (World.Delivery == Delivery.Lanes)
        {
            _owed++;
            while (_owed > 0 && TakeFromLane())
            {
                _owed--;
            }

            return;
        }

        var message = ((Packet)e).Message;
        if (OnlyFrom >= 0 && message.From != OnlyFrom)
        {
            _putAside.Enqueue(message);
            return;
        }

        Handle(message);
        while (OnlyFrom < 0 && _putAside.TryDequeue(out var late))
        {
            Handle(late);
        }
    }

    private void SendPacket(int to, Message message)
    {
        if (World.Delivery == Delivery.Lanes)
        {
            World.LanesOf(to)[Number].Enqueue(message);
        }

        SendEvent(World.Ids[to], new Packet(message));
    }

    /// <summary>Handles the first message of a lane that Coyote picks among those that hold one.</summary>
    private bool TakeFromLane()
    {
        int waiting = 0;
        for (int lane = 0; lane < _lanes.Length; lane++)
        {
            waiting += IsOpen(lane) ? 1 : 0;
        }

        if (waiting == 0)
        {
            return false;
        }

        int chosen = waiting == 1 ? 0 : RandomInteger(waiting);
        int at = 0;
        while (!IsOpen(at) || chosen-- > 0)
        {
            at++;
        }

        var message = _lanes[at].Peek();
        if (World.MayDouble(message) && _doublings == 0 && RandomBoolean())
        {
            _doublings++;
            SendEvent(Id, new Packet(message)); // it stays, so one more is to be taken
        }
        else
        {
            _lanes[at].Dequeue();
        }

        Handle(message);
        return true;
    }

    private bool IsOpen(int lane) => _lanes[lane].Count > 0 && (OnlyFrom < 0 || OnlyFrom == lane);
}
