using VIommuActors.Protocols.Messages;
using VIommuActors.Protocols.Seam;

namespace VIommuActors.Machine.Tests.Support;

/// <summary>Writes down what a party sends; a test takes it out again in the same order and so sees that nothing else was sent.</summary>
internal sealed class RecordingPort(NodeId self) : IPort
{
    private readonly Queue<(NodeId To, Message Message)> _sent = new();

    public NodeId Self => self;

    public long NowNs { get; set; }

    public List<(long DelayNs, Message Message)> Timers { get; } = [];

    public void Send(NodeId to, Message message) => _sent.Enqueue((to, message));

    public void After(long delayNs, Message message) => Timers.Add((delayNs, message));

    /// <summary>The oldest message not taken yet: of this type, to this party.</summary>
    public T Take<T>(NodeId to)
        where T : Message
    {
        Assert.True(_sent.Count > 0, $"nothing was sent where a {typeof(T).Name} is due");
        var (target, message) = _sent.Dequeue();
        Assert.Equal(to, target);
        return Assert.IsType<T>(message);
    }

    /// <summary>Everything that was sent has been taken.</summary>
    public void NothingSent() => Assert.Empty(_sent);

    /// <summary>Takes everything, whatever it is.</summary>
    public List<(NodeId To, Message Message)> TakeAll()
    {
        var all = _sent.ToList();
        _sent.Clear();
        return all;
    }
}
