using VIommuActors.Protocols.Messages;
using VIommuActors.Protocols.Seam;
using VIommuActors.Vtd;
using VIommuActors.Vtd.Translation;

namespace VIommuActors.Protocols.Tests.Support;

/// <summary>A device half with as many slots as a test needs; what it tells the device is written down.</summary>
internal sealed class DeviceBench : RecordingPort, IDevicePort
{
    public DeviceBench(IProtocol protocol, int slots = 4, params (string Key, string Value)[] options)
        : base(Cast.Device)
    {
        Slots = slots;
        Half = protocol.CreateDeviceHalf(this, Cast.Options(options));
    }

    public IDeviceHalf Half { get; }

    public SourceId Source => Cast.Source;

    public NodeId Hypervisor => Cast.Unit;

    public NodeId Dummy => Cast.Dummy;

    public NodeId Memory => Cast.Memory;

    public int Slots { get; }

    public List<(int Slot, int Bytes)> Progresses { get; } = [];

    public List<int> Refusals { get; } = [];

    public long CopiedBytes { get; private set; }

    /// <summary>What the device does when a part of an access is over.</summary>
    public Action<int, int> Continue { get; set; } = (_, _) => { };

    public void Progress(int slot, int bytes)
    {
        Progresses.Add((slot, bytes));
        Continue(slot, bytes);
    }

    public void Refused(int slot) => Refusals.Add(slot);

    public void CountCopied(long bytes) => CopiedBytes += bytes;

    public long BounceNs(int bytes) => 100 * ((bytes + 4095) >> 12);

    public void Start(int slot, ulong iova, int bytes = 64, bool isWrite = true, TranslationUse use = TranslationUse.PerPage) =>
        Half.Start(new DeviceAccess(slot, 1000 + slot, new Iova(iova), bytes, isWrite, use));

    public void Receive(Message message) => Assert.True(Half.Receive(message), $"{message.Name} is not taken");

    /// <summary>Takes the translate call of a slot and answers it with a page of <paramref name="mask"/> + 1 bytes.</summary>
    public TranslateCall Translate(int slot, ulong page, ulong mask = 0xfff, ushort domain = 5, Permission allowed = Permission.ReadWrite)
    {
        var call = Take<TranslateCall>(Cast.Unit);
        Assert.Equal(slot, call.Slot);
        Reply(call, page, mask, domain, allowed);
        return call;
    }

    public void Reply(TranslateCall call, ulong page, ulong mask = 0xfff, ushort domain = 5, Permission allowed = Permission.ReadWrite) =>
        Receive(new TranslateReply(Cast.Unit, call.Slot, call.Iova, 0, new GuestPhysical(page | (call.Iova.Value & mask)), mask, allowed, new DomainId(domain)));

    public void Fault(TranslateCall call) =>
        Receive(new TranslateReply(Cast.Unit, call.Slot, call.Iova, -14, default, 0xfff, Permission.None, default));

    /// <summary>Takes the access of a slot; it takes effect when <see cref="Done"/> is called.</summary>
    public DmaAccess Access(int slot, ulong address, int bytes)
    {
        var access = Take<DmaAccess>(Cast.Memory);
        Assert.Equal((slot, new GuestPhysical(address), bytes), (access.Slot, access.Address, access.Bytes));
        return access;
    }

    public void Done(int slot) => Receive(new DmaDone(Cast.Memory, slot));
}
