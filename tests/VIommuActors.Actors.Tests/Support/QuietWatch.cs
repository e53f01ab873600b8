using VIommuActors.Guest.Cpu;
using VIommuActors.Machine.Cpu;
using VIommuActors.Machine.DeviceModel;
using VIommuActors.Oracle;
using VIommuActors.Vtd;

namespace VIommuActors.Actors.Tests.Support;

/// <summary>Everything that watches a machine, without a judgement; keeps how the first vCPU ended.</summary>
internal sealed class QuietWatch : IGuestWatch, IMemoryWatch, IDeviceMeter, IVcpuWatch, IDice
{
    private readonly TaskCompletionSource<string> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Why the vCPU ended.</summary>
    public Task<string> Ended(TimeSpan within) => _ended.Task.WaitAsync(within);

    void IVcpuWatch.Began(Vcpu vcpu)
    {
    }

    void IVcpuWatch.Ended(int guest, int vcpu, string? why) => _ended.TrySetResult(why ?? "regular");

    int IDice.Next(int bound) => 0;

    void IDeviceMeter.Served(long ns)
    {
    }

    void IDeviceMeter.Copied(long bytes)
    {
    }

    void IMemoryWatch.Accessed(int guest, SourceId source, long work, Iova iova, GuestPhysical address, int bytes, bool isWrite)
    {
    }

    void IGuestWatch.Attached(int guest, SourceId source, DomainKey domain)
    {
    }

    Grant IGuestWatch.Granted(DomainKey domain, Iova iova, ulong pageMask, ReadOnlySpan<GuestPhysical> frames, bool readable, bool writable) => null!;

    void IGuestWatch.Misreported(int guest, SourceId source)
    {
    }

    void IGuestWatch.Withdrawn(Grant grant)
    {
    }

    void IGuestWatch.HandedBack(Grant grant)
    {
    }

    void IGuestWatch.Reclaimed(Grant grant)
    {
    }

    void IGuestWatch.Revoked(Grant grant)
    {
    }

    void IGuestWatch.Issued(long work, int guest, SourceId source, Grant grant)
    {
    }

    void IGuestWatch.Finished(long work, bool faulted)
    {
    }

    void IGuestWatch.Abandoned(long work)
    {
    }

    void IGuestWatch.WorkBegins(int guest)
    {
    }

    void IGuestWatch.Invalidated(long latencyNs)
    {
    }

    void IGuestWatch.TimedOut(int guest, int vcpu, long waitedNs)
    {
    }
}
