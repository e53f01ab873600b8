using VIommuActors.Machine.DeviceModel;
using VIommuActors.Machine.Tests.Support;
using VIommuActors.Protocols.BareTranslate;
using VIommuActors.Protocols.Messages;
using VIommuActors.Protocols.Seam;
using VIommuActors.Vtd;
using VIommuActors.Vtd.Translation;

namespace VIommuActors.Machine.Tests.DeviceModel;

public sealed class DmaDeviceTests : IDeviceMeter
{
    private readonly RecordingPort _port = new(Cast.Device0);
    private readonly ScriptedProtocol _design = new();
    private readonly List<long> _served = [];
    private long _copied;

    void IDeviceMeter.Served(long ns) => _served.Add(ns);

    void IDeviceMeter.Copied(long bytes) => _copied += bytes;

    [Fact]
    public void Place_in_the_machine_is_that_of_its_index()
    {
        var port = new DmaDevice(_port, Cast.Guest, 2, new DeviceProfile(3, default, 0), _design, Cast.NoOptions, this);

        Assert.Equal((new SourceId(0x28), Cast.Unit1, Cast.Dummy1, Cast.Memory, 3), (port.Source, port.Hypervisor, port.Dummy, port.Memory, port.Slots));
    }

    [Fact]
    public void Request_becomes_an_access_of_its_first_segment()
    {
        var device = Device(inFlight: 2, TranslationUse.AheadOfAccess);

        Ring(device, 7, 1, (0x10200000, 0x3000, true));

        Assert.Equal(new DeviceAccess(0, 7, new Iova(0x10200000), 0x3000, true, TranslationUse.AheadOfAccess), Assert.Single(_design.Accesses));
    }

    [Fact]
    public void Requests_beyond_the_bound_wait_and_begin_in_order()
    {
        var device = Device(inFlight: 2);
        for (var work = 1; work <= 4; work++) Ring(device, work, 1, (0x10200000, 64, true));
        Assert.Equal([(0, 1L), (1, 2L)], Begun());

        device.Progress(1, 64);
        Assert.Equal([(0, 1L), (1, 2L), (1, 3L)], Begun());
        device.Progress(0, 64);

        Assert.Equal([(0, 1L), (1, 2L), (1, 3L), (0, 4L)], Begun());
        Assert.Equal([2L, 1L], _port.TakeAll().Select(sent => Assert.IsType<DmaCompleted>(sent.Message).Work));
    }

    [Fact]
    public void Full_queue_refuses_a_request_as_faulted()
    {
        var device = new DmaDevice(_port, Cast.Guest, 0, new DeviceProfile(1, default, 0, QueueLimit: 1), _design, Cast.NoOptions, this);
        Ring(device, 1, 1, (0x10200000, 64, true));
        Ring(device, 2, 1, (0x10200000, 64, true));
        _port.NothingSent();

        Ring(device, 3, 1, (0x10200000, 64, true));

        Assert.Equal(new DmaCompleted(Cast.Device0, 3, Faulted: true), _port.Take<DmaCompleted>(Cast.Vcpu0));
    }

    [Fact]
    public void Access_that_ended_early_goes_on_behind_what_was_moved()
    {
        var device = Device();
        Ring(device, 7, 1, (0x10200ff0, 64, false));

        device.Progress(0, 16);

        Assert.Equal(new DeviceAccess(0, 7, new Iova(0x10201000), 48, false, TranslationUse.PerPage), _design.Accesses[1]);
        _port.NothingSent();
        device.Progress(0, 48);
        Assert.Equal(new DmaCompleted(Cast.Device0, 7, Faulted: false), _port.Take<DmaCompleted>(Cast.Vcpu0));
    }

    [Fact]
    public void Segments_follow_each_other()
    {
        var device = Device();
        Ring(device, 7, 1, (0x10200000, 64, false), (0x10300000, 128, true));

        device.Progress(0, 64);
        Assert.Equal((new Iova(0x10300000), 128, true), (_design.Accesses[1].Iova, _design.Accesses[1].Bytes, _design.Accesses[1].IsWrite));
        device.Progress(0, 128);

        _port.Take<DmaCompleted>(Cast.Vcpu0);
    }

    [Fact]
    public void Mapper_goes_over_its_segments_as_often_as_asked()
    {
        var device = Device(use: TranslationUse.Held);
        Ring(device, 7, 3, (0x10200000, 64, true), (0x10300000, 64, true));

        for (var i = 0; i < 5; i++) device.Progress(0, 64);
        _port.NothingSent();
        device.Progress(0, 64);

        Assert.Equal(6, _design.Accesses.Count);
        Assert.Equal(
            [0x10200000UL, 0x10300000UL, 0x10200000UL, 0x10300000UL, 0x10200000UL, 0x10300000UL],
            _design.Accesses.Select(access => access.Iova.Value));
        _port.Take<DmaCompleted>(Cast.Vcpu0);
    }

    [Fact]
    public void Refusal_ends_the_request_and_the_rest_is_not_attempted()
    {
        var device = Device();
        Ring(device, 7, 1, (0x10200000, 64, true), (0x10300000, 64, true));
        device.Progress(0, 32);

        device.Refused(0);

        Assert.Equal(2, _design.Accesses.Count);
        Assert.Equal(new DmaCompleted(Cast.Device0, 7, Faulted: true), _port.Take<DmaCompleted>(Cast.Vcpu0));
    }

    [Fact]
    public void Slot_is_released_when_its_request_is_over_and_not_before()
    {
        var device = Device();
        Ring(device, 7, 2, (0x10200000, 64, true));
        device.Progress(0, 64);
        Assert.Empty(_design.Releases);

        device.Progress(0, 64);

        Assert.Equal([0], _design.Releases);
    }

    [Fact]
    public void Progress_of_an_idle_slot_is_ignored()
    {
        var device = Device();
        device.Progress(0, 64);
        device.Refused(0);
        _port.NothingSent();
    }

    [Fact]
    public void Service_time_counts_from_the_beginning_of_the_work()
    {
        var device = Device();
        Ring(device, 1, 1, (0x10200000, 64, true));
        Ring(device, 2, 1, (0x10200000, 64, true));
        _port.NowNs = 500;
        device.Progress(0, 64);
        _port.NowNs = 800;
        device.Progress(0, 64);

        Assert.Equal([500, 300], _served);
    }

    [Fact]
    public void Bounce_costs_count_started_pages()
    {
        var port = new DmaDevice(_port, Cast.Guest, 0, new DeviceProfile(1, default, 70), _design, Cast.NoOptions, this);
        port.CountCopied(5000);

        Assert.Equal((70L, 140L, 5000L), (port.BounceNs(1), port.BounceNs(4097), _copied));
    }

    [Fact]
    public void Transfer_across_a_page_border_moves_the_part_before_a_fault()
    {
        var device = new DmaDevice(_port, Cast.Guest, 0, new DeviceProfile(1, TranslationUse.PerPage, 0), new BareTranslateProtocol(), Cast.NoOptions, this);
        Ring(device, 7, 1, (0x10200ff0, 64, true));

        var call = _port.Take<TranslateCall>(Cast.Unit0);
        device.Receive(new TranslateReply(Cast.Unit0, 0, call.Iova, 0, new GuestPhysical(0x10100ff0), 0xfff, Permission.ReadWrite, default));
        Assert.Equal(16, _port.Take<DmaAccess>(Cast.Memory).Bytes);
        device.Receive(new DmaDone(Cast.Memory, 0));
        call = _port.Take<TranslateCall>(Cast.Unit0);
        Assert.Equal(new Iova(0x10201000), call.Iova);
        device.Receive(new TranslateReply(Cast.Unit0, 0, call.Iova, -14, default, 0xfff, Permission.None, default));

        Assert.True(_port.Take<DmaCompleted>(Cast.Vcpu0).Faulted);
        _port.NothingSent();
    }

    [Fact]
    public void Foreign_message_is_a_wiring_mistake() =>
        Assert.Throws<UnhandledMessageException>(() => Device().Receive(new PowerOn(NodeId.None)));

    private DmaDevice Device(int inFlight = 1, TranslationUse use = TranslationUse.PerPage) =>
        new(_port, Cast.Guest, 0, new DeviceProfile(inFlight, use, 0), _design, Cast.NoOptions, this);

    private IEnumerable<(int Slot, long Work)> Begun() => _design.Accesses.Select(access => (access.Slot, access.Work));

    private static void Ring(DmaDevice device, long work, int uses, params (ulong Iova, int Bytes, bool IsWrite)[] segments) =>
        device.Receive(new Doorbell(
            Cast.Vcpu0, work, [.. segments.Select(segment => new DmaSegment(new Iova(segment.Iova), segment.Bytes, segment.IsWrite))], uses));
}
