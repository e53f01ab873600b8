using VIommuActors.Xen.Events;

namespace VIommuActors.Xen.IoRequests;

/// <summary>
/// The page that Xen and one emulator share: a slot of 32 bytes per vCPU, its index the vCPU's number. It is memory, not a contract:
/// an emulator may store any state, and <see cref="IoreqSlot"/> is what notices. Source: Xen <c>public/hvm/ioreq.h</c>.
/// </summary>
/// <remarks>
/// The two sides may run on different threads. The quadword that holds the state is stored last and loaded first, with the
/// barriers that Xen's protocol asks for; nothing else is needed because a slot has one owner at a time.
/// </remarks>
public sealed class IoreqPage
{
    /// <summary>How many slots fit into 4 KiB.</summary>
    public const int MaxSlots = 4096 / Ioreq.Bytes;

    private const int WordsPerSlot = Ioreq.Bytes / 8;
    private const int StateWord = 3;
    private readonly ulong[] _words;

    /// <summary>A page of zeros: every slot <see cref="IoreqState.None"/>.</summary>
    /// <param name="vcpus">Slots in use: 1–128.</param>
    public IoreqPage(int vcpus)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(vcpus, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(vcpus, MaxSlots);
        _words = new ulong[vcpus * WordsPerSlot];
    }

    /// <summary>Number of slots.</summary>
    public int Slots => _words.Length / WordsPerSlot;

    /// <summary>The slot as it stands.</summary>
    public Ioreq Read(int vcpu)
    {
        var at = Offset(vcpu);
        var state = Volatile.Read(ref _words[at + StateWord]);
        return Ioreq.FromWords(_words[at], _words[at + 1], _words[at + 2], state);
    }

    /// <summary>Overwrites the slot, its state last.</summary>
    public void Write(int vcpu, in Ioreq value)
    {
        var at = Offset(vcpu);
        var state = value.StateWord;
        _words[at] = value.Address;
        _words[at + 1] = value.Data;
        _words[at + 2] = value.SizeWord;
        Volatile.Write(ref _words[at + StateWord], state);
    }

    /// <summary>Only the state.</summary>
    public IoreqState StateOf(int vcpu) => Read(vcpu).State;

    /// <summary>Stores only the state, whatever it was: what a correct side does after its data, and a broken one at any time.</summary>
    public void SetState(int vcpu, IoreqState state) => Write(vcpu, Read(vcpu) with { State = state });

    /// <summary>Stores the port a slot is notified through. Xen's to do, when the server is enabled.</summary>
    public void SetPort(int vcpu, EventPort port) => Write(vcpu, Read(vcpu) with { Port = port });

    /// <summary>Emulator: takes a request that is <see cref="IoreqState.Ready"/>, and marks it in process.</summary>
    /// <returns>False when there is none, as after the spurious first event of a bound channel.</returns>
    public bool TryTake(int vcpu, out Ioreq request)
    {
        request = Read(vcpu);
        if (request.State != IoreqState.Ready)
        {
            return false;
        }

        request = request with { State = IoreqState.InProcess };
        Write(vcpu, request);
        return true;
    }

    /// <summary>Emulator: answers a request it took; afterwards it notifies its port.</summary>
    /// <param name="vcpu">The slot.</param>
    /// <param name="data">What a read returns; for a write the request's data stay, and this is ignored.</param>
    /// <returns>False when the slot is not <see cref="IoreqState.InProcess"/>: the request is no longer the emulator's to answer.</returns>
    public bool TryRespond(int vcpu, ulong data)
    {
        var request = Read(vcpu);
        if (request.State != IoreqState.InProcess)
        {
            return false;
        }

        Write(vcpu, request with { Data = request.IsRead ? data : request.Data, State = IoreqState.ResponseReady });
        return true;
    }

    /// <summary>What is found when the emulator has died: every slot falls back to <see cref="IoreqState.None"/>.</summary>
    public void ResetStates()
    {
        for (var vcpu = 0; vcpu < Slots; vcpu++)
        {
            SetState(vcpu, IoreqState.None);
        }
    }

    private int Offset(int vcpu)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(vcpu);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(vcpu, Slots);
        return vcpu * WordsPerSlot;
    }
}
