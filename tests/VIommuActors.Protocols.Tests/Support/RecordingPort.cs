using System.Collections.Immutable;
using VIommuActors.Protocols.Messages;
using VIommuActors.Protocols.Seam;
using VIommuActors.Vtd;

namespace VIommuActors.Protocols.Tests.Support;

/// <summary>The parties of a test by number, and the one device that most tests need.</summary>
internal static class Cast
{
    public static readonly NodeId Unit = new(0), Memory = new(1), Dummy = new(2), Device = new(3), Second = new(4), Third = new(5);
    public static readonly SourceId Source = new(0x28), OtherSource = new(0x30);
    public static readonly DomainId Domain = new(5);

    public static ProtocolOptions Options(params (string Key, string Value)[] values) =>
        new(values.ToImmutableSortedDictionary(pair => pair.Key, pair => pair.Value));
}

/// <summary>Writes down what a half sends; a test takes it out again in the same order and so sees that nothing else was sent.</summary>
internal abstract class RecordingPort(NodeId self) : IPort
{
    private readonly Queue<(NodeId To, Message Message)> _sent = new();

    public NodeId Self => self;

    public long NowNs { get; set; }

    public List<(long DueNs, Message Message)> Timers { get; } = [];

    public void Send(NodeId to, Message message) => _sent.Enqueue((to, message));

    public void After(long delayNs, Message message) => Timers.Add((NowNs + delayNs, message));

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

    /// <summary>The oldest timer, at its time.</summary>
    public Message FireTimer()
    {
        var (due, message) = Timers[0];
        Timers.RemoveAt(0);
        NowNs = due;
        return message;
    }

    /// <summary>Takes everything, whatever it is.</summary>
    public List<(NodeId To, Message Message)> TakeAll()
    {
        var all = _sent.ToList();
        _sent.Clear();
        return all;
    }
}
