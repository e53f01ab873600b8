using VIommuActors.Protocols.Messages;
using VIommuActors.Protocols.Seam;

namespace VIommuActors.Protocols.Common;

/// <summary>
/// Answers that a device has promised for when certain of its slots have ended. The slots are fixed when the promise is made: what
/// starts later is not waited for. Bounded by those who ask: each has a few requests open at the most.
/// </summary>
internal sealed class OwedAnswers(IPort port)
{
    private readonly List<(NodeId To, Message Answer, HashSet<int> Slots)> _owed = [];

    /// <summary>True while the very same answer is promised already.</summary>
    public bool Owes(Message answer) => _owed.Exists(owed => owed.Answer == answer);

    /// <summary>Sends the answer once every slot of <paramref name="slots"/> has ended; at once when there is none.</summary>
    public void Owe(NodeId to, Message answer, HashSet<int> slots)
    {
        if (slots.Count == 0) port.Send(to, answer);
        else _owed.Add((to, answer, slots));
    }

    /// <summary>A slot has ended what it was doing.</summary>
    public void Ended(int slot)
    {
        for (var i = 0; i < _owed.Count; i++)
        {
            var (to, answer, slots) = _owed[i];
            if (!slots.Remove(slot) || slots.Count > 0) continue;
            _owed.RemoveAt(i--);
            port.Send(to, answer);
        }
    }
}
