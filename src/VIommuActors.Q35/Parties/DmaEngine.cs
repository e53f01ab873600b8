using VIommuActors.Machine.DeviceModel;
using VIommuActors.Protocols.Messages;
using VIommuActors.Protocols.Seam;
using VIommuActors.Vtd;

namespace VIommuActors.Q35.Parties;

/// <summary>
/// A device's DMA as QEMU's <c>address_space_rw</c> goes: translation by translation, however large its page; 4 KiB that are refused are
/// passed over, their bytes read as zero and their write is dropped, and what lies behind them is still tried.
/// </summary>
internal sealed class DmaEngine(IPort port, Func<DmaDevice> newDevice, DmaTransfers transfers)
{
    /// <summary>Bytes of a part at most.</summary>
    public const int MostPerPiece = 1 << 16;

    private const ulong Page = 0x1000;

    private DmaDevice _device = newDevice();
    private Request? _request;
    private long _work;

    /// <summary>True while a request is under way.</summary>
    public bool IsBusy => _request is not null;

    /// <summary>Begins a request; <paramref name="done"/> follows, at once when there is nothing to move. One at a time.</summary>
    /// <param name="iova">First address; wraps at 2⁶⁴ as the bus does.</param>
    /// <param name="bytes">How many.</param>
    /// <param name="isWrite">Device to memory.</param>
    /// <param name="piece">The device's buffer for a part: offset in the request, and length of at most <see cref="MostPerPiece"/>.</param>
    /// <param name="done">Told whether all of it found memory.</param>
    public void Start(ulong iova, ulong bytes, bool isWrite, Func<ulong, int, Memory<byte>> piece, Action<bool> done)
    {
        _request = new Request(iova, bytes, isWrite, piece, done);
        Next();
    }

    /// <summary>Takes what belongs to its conversations; false for any other message.</summary>
    public bool Receive(Message message)
    {
        if (message is DmaCompleted completed)
        {
            if (completed.Work == _work) Completed(completed.Faulted);
            return true;
        }
        if (message is MmioAccess or Wake or PlatformReset) return false;
        _device.Receive(message);
        return true;
    }

    /// <summary>Keeps no translation. A reset comes while nothing is under way.</summary>
    public void Reset() => _device = newDevice();

    private void Next()
    {
        var request = _request!;
        if (request.Moved == request.Bytes)
        {
            _request = null;
            request.Done(request.Ok);
            return;
        }
        var at = request.Iova + request.Moved;
        // A request that wraps at 2⁶⁴ has a part on either side.
        var size = (int)Math.Min(Math.Min(MostPerPiece, request.Bytes - request.Moved), at == 0 ? MostPerPiece : 0 - at);
        request.Data = request.Piece(request.Moved, size);
        request.Transfer = new DmaTransfer(at, request.Data);
        _work = transfers.Open(request.Transfer);
        _device.Receive(new Doorbell(port.Self, _work, [new DmaSegment(new Iova(at), size, request.IsWrite)], Uses: 1));
    }

    private void Completed(bool faulted)
    {
        var request = _request!;
        var transfer = request.Transfer!;
        transfers.Close(_work);
        _work = 0;
        request.Ok &= !faulted && !transfer.MissedMemory;
        var moved = request.Data.Length;
        if (faulted)
        {
            var refused = request.Iova + request.Moved + (ulong)transfer.Reached;
            moved = (int)Math.Min((ulong)moved, (ulong)transfer.Reached + Page - (refused & (Page - 1)));
            if (!request.IsWrite) request.Data.Span[transfer.Reached..moved].Clear();
        }
        request.Moved += (ulong)moved;
        Next();
    }

    private sealed class Request(ulong iova, ulong bytes, bool isWrite, Func<ulong, int, Memory<byte>> piece, Action<bool> done)
    {
        public ulong Iova { get; } = iova;

        public ulong Bytes { get; } = bytes;

        public bool IsWrite { get; } = isWrite;

        public Func<ulong, int, Memory<byte>> Piece { get; } = piece;

        public Action<bool> Done { get; } = done;

        public ulong Moved { get; set; }

        public Memory<byte> Data { get; set; }

        public DmaTransfer? Transfer { get; set; }

        public bool Ok { get; set; } = true;
    }
}
