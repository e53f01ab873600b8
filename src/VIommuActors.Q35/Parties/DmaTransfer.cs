namespace VIommuActors.Q35.Parties;

/// <summary>The bytes behind a DMA request: messages carry addresses and a number, the data stays in the device's buffer.</summary>
/// <param name="iova">Where the request begins.</param>
/// <param name="data">What a write takes its bytes from and a read puts them into.</param>
internal sealed class DmaTransfer(ulong iova, Memory<byte> data)
{
    /// <summary>Part of the request lay where nothing answers.</summary>
    public bool MissedMemory { get; set; }

    /// <summary>Bytes that have got as far as memory; they come in order.</summary>
    public int Reached { get; private set; }

    /// <summary>The bytes that belong to a part of the request, which has got as far as memory.</summary>
    public Memory<byte> Part(ulong at, int bytes)
    {
        var start = (int)(at - iova);
        Reached = start + bytes;
        return data.Slice(start, bytes);
    }
}

/// <summary>Requests under way by number; a device has one at a time, so there are never more than devices.</summary>
internal sealed class DmaTransfers
{
    private readonly Dictionary<long, DmaTransfer> _open = [];
    private long _last;

    /// <summary>Numbers a request.</summary>
    public long Open(DmaTransfer transfer)
    {
        _open.Add(++_last, transfer);
        return _last;
    }

    /// <summary>The request of a number.</summary>
    public DmaTransfer this[long work] => _open[work];

    /// <summary>A request is over.</summary>
    public void Close(long work) => _open.Remove(work);
}
