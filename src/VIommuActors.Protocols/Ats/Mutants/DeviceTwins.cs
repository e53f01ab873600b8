using VIommuActors.Protocols.Messages;
using VIommuActors.Protocols.Seam;

namespace VIommuActors.Protocols.Ats.Mutants;

/// <summary>Empties the range and answers, whatever is still in flight.</summary>
internal sealed class EarlyAnswer(IDevicePort port, int tlbEntries) : AtsDevice(port, tlbEntries)
{
    protected override bool WaitsFor(int slot, InvReq request) => false;
}

/// <summary>Waits as it should, but a late answer enters the TLB as any other.</summary>
internal sealed class KeepsLateAnswer(IDevicePort port, int tlbEntries) : AtsDevice(port, tlbEntries)
{
    protected override bool KeepsAnswerAfterInvalidation => true;
}

/// <summary>Reads the S bit of an invalidation as if it were 0.</summary>
internal sealed class FirstPage(IDeviceHalf real) : IDeviceHalf
{
    public void Start(in DeviceAccess access) => real.Start(access);

    public void Release(int slot) => real.Release(slot);

    public bool Receive(Message message) => real.Receive(message is InvReq request ? request with { Pages = 1 } : message);
}
