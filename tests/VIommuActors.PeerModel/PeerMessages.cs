namespace VIommuActors.PeerModel;

/// <summary>What the components say to each other; guests count from 0, frames and epochs from 1.</summary>
internal static class PeerMessages
{
    /// <summary>Guest to itself: begin a round.</summary>
    public sealed record Start
    {
        public static readonly Start Instance = new();
    }

    /// <summary>Guest to itself: take the page back.</summary>
    public sealed record Unmap
    {
        public static readonly Unmap Instance = new();
    }

    public sealed record PteWrite(int Guest, int Frame);

    public sealed record InvWrite(int Guest);

    public sealed record MmioRead(int Guest);

    public sealed record MmioResp(bool Ivt)
    {
        public static readonly MmioResp Clear = new(false);
        public static readonly MmioResp Set = new(true);
    }

    public sealed record Doorbell(int Guest);

    public sealed record Translate(int Guest);

    public sealed record TransResp(int Guest, int Frame);

    public sealed record TransFault
    {
        public static readonly TransFault Instance = new();
    }

    public sealed record DmaCopy(int Guest);

    public sealed record CopyDone(bool Copied)
    {
        public static readonly CopyDone Yes = new(true);
        public static readonly CopyDone No = new(false);
    }

    public sealed record DoDma(int Guest, int Frame);

    public sealed record DmaAccess(int Guest, int Frame);

    public sealed record DmaDone(int Guest);

    public sealed record Free(int Guest);

    /// <summary>A message that a link may lose or double.</summary>
    public interface IMayFail;

    public sealed record IoReq(int Guest, int Epoch) : IMayFail;

    public sealed record Drain(int Guest, int Epoch) : IMayFail;

    public sealed record DrainAck(int Guest, int Epoch) : IMayFail;

    public sealed record DrainComplete(int Guest, int Epoch) : IMayFail;

    public sealed record InvReq(int Guest, int Epoch) : IMayFail;

    public sealed record InvComp(int Guest, int Epoch) : IMayFail;

    /// <summary>vIOMMU to itself, defect D2: the flush that came too late.</summary>
    public sealed record Flush(int Guest);

    /// <summary>vIOMMU to itself, defect B1: the copy that came too late.</summary>
    public sealed record Copy(int Guest, int Device, int Frame);
}
