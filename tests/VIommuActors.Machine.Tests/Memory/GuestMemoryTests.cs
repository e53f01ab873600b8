using VIommuActors.Machine.Memory;
using VIommuActors.Machine.Tests.Support;
using VIommuActors.Oracle;
using VIommuActors.Protocols.Messages;
using VIommuActors.Vtd;
using VIommuActors.Vtd.Memory;

namespace VIommuActors.Machine.Tests.Memory;

public sealed class GuestMemoryTests : IMemoryWatch
{
    private readonly RecordingPort _port = new(Cast.Memory);
    private readonly GuestRam _ram = new(1 << 20);
    private readonly List<(ulong Address, ulong Before)> _seen = [];
    private readonly GuestMemory _memory;

    public GuestMemoryTests() => _memory = new GuestMemory(_port, Cast.Guest, _ram, this);

    void IMemoryWatch.Accessed(int guest, SourceId source, long work, Iova iova, GuestPhysical address, int bytes, bool isWrite) =>
        _seen.Add((address.Value, _ram.Read64(new GuestPhysical(address.Value & ~7UL))));

    [Fact]
    public void Write_leaves_its_request_number_in_the_first_quadword()
    {
        Access(0x3004, isWrite: true);

        Assert.Equal(77UL, _ram.Read64(new GuestPhysical(0x3000)));
        Assert.Equal(new DmaDone(Cast.Memory, 5), _port.Take<DmaDone>(Cast.Device0));
    }

    [Fact]
    public void Read_changes_nothing()
    {
        _ram.Write64(new GuestPhysical(0x3000), 9);

        Access(0x3000, isWrite: false);

        Assert.Equal(9UL, _ram.Read64(new GuestPhysical(0x3000)));
        _port.Take<DmaDone>(Cast.Device0);
    }

    [Fact]
    public void Watch_sees_an_access_before_it_changes_memory()
    {
        _ram.Write64(new GuestPhysical(0x3000), 9);

        Access(0x3000, isWrite: true);

        Assert.Equal([(0x3000UL, 9UL)], _seen);
    }

    [Fact]
    public void Fence_is_answered_to_the_hypervisor_behind_the_accesses_before_it()
    {
        Access(0x3000, isWrite: true);
        _memory.Receive(new ReapFence(Cast.Device0, Cast.Hub));

        _port.Take<DmaDone>(Cast.Device0);
        Assert.Equal(new Reaped(Cast.Memory, Cast.Device0), _port.Take<Reaped>(Cast.Hub));
        _memory.Receive(new ReapFence(Cast.Device0, Cast.Hub, Alone: true, Life: 3));
        Assert.Equal(new Reaped(Cast.Memory, Cast.Device0, Alone: true, Life: 3), _port.Take<Reaped>(Cast.Hub));
    }

    [Fact]
    public void Foreign_message_is_a_wiring_mistake() =>
        Assert.Throws<UnhandledMessageException>(() => _memory.Receive(new PowerOn(NodeId.None)));

    private void Access(ulong address, bool isWrite) => _memory.Receive(new DmaAccess(
        Cast.Device0, 5, new SourceId(0x28), 77, new Iova(0x10200000), new GuestPhysical(address), 64, isWrite));
}
