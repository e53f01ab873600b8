using System.Collections.Immutable;
using VIommuActors.Guest.Cpu;
using VIommuActors.Guest.Workloads;
using VIommuActors.Machine.Cpu;
using VIommuActors.Machine.Tests.Support;
using VIommuActors.Oracle;
using VIommuActors.Protocols.Messages;
using VIommuActors.Vtd;
using VIommuActors.Vtd.Memory;

namespace VIommuActors.Machine.Tests.Cpu;

/// <summary>A vCPU under guest code that each test writes for itself; what the code sees goes into a log.</summary>
public sealed class VcpuTests : IGuestProgram, IVcpuWatch, IGuestWatch, IDice
{
    private static readonly ImmutableArray<DmaSegment> Segments = [new DmaSegment(new Iova(0x10200000), 64, true)];

    private readonly RecordingPort _port = new(Cast.Vcpu0);
    private readonly List<string> _log = [];
    private Func<IGuestCpu, GuestCode> _code = _ => GuestCode.Done;
    private Vcpu _cpu;

    public VcpuTests() => _cpu = Cpu(Cast.Guest, 0);

    GuestCode IGuestProgram.Run(IGuestCpu cpu) => _code(cpu);

    void IVcpuWatch.Began(Vcpu vcpu) => _log.Add("began");

    void IVcpuWatch.Ended(int guest, int vcpu, string? why) => _log.Add($"ended: {why ?? "regular"}");

    int IDice.Next(int bound) => 0;

    void IGuestWatch.Attached(int guest, SourceId source, DomainKey domain)
    {
    }

    Grant IGuestWatch.Granted(DomainKey domain, Iova iova, ulong pageMask, ReadOnlySpan<GuestPhysical> frames, bool readable, bool writable) =>
        throw new NotSupportedException();

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

    void IGuestWatch.Issued(long work, int guest, SourceId source, Grant grant) => _log.Add($"issued {work:x}");

    void IGuestWatch.Finished(long work, bool faulted) => _log.Add($"finished {work:x}{(faulted ? " faulted" : "")}");

    void IGuestWatch.Abandoned(long work) => _log.Add($"abandoned {work:x}");

    void IGuestWatch.WorkBegins(int guest)
    {
    }

    void IGuestWatch.Panicked(int guest) => _log.Add($"guest {guest} panicked");

    void IGuestWatch.Invalidated(long latencyNs)
    {
    }

    void IGuestWatch.TimedOut(int guest, int vcpu, long waitedNs)
    {
    }

    [Fact]
    public void Power_on_runs_the_program_once()
    {
        PowerOn(_ => GuestCode.Done);
        _cpu.Receive(new PowerOn(NodeId.None));

        Assert.Equal(["began", "ended: regular"], _log);
        Assert.Equal(VcpuEnd.Finished, _cpu.End);
    }

    [Fact]
    public void Trapped_load_blocks_in_Xen_until_its_answer_and_returns_the_value()
    {
        PowerOn(async cpu => _log.Add($"read {await cpu.Read(Cast.Base + 0xf8, 8):x}"));
        Assert.Equal(new MmioAccess(Cast.Vcpu0, Cast.Base + 0xf8, 8, false, 0), _port.Take<MmioAccess>(Cast.Unit0));
        Assert.True(_cpu.IsBlockedInXen);

        _cpu.Receive(new MmioDone(Cast.Unit0, 0x1234));

        Assert.False(_cpu.IsBlockedInXen);
        Assert.Equal(["began", "read 1234", "ended: regular"], _log);
    }

    [Fact]
    public void Access_goes_to_the_unit_of_its_address_and_else_to_the_ioreq_server()
    {
        PowerOn(async cpu =>
        {
            await cpu.Write(Cast.SecondBase + 0xfff, 1, 1);
            await cpu.Write(Cast.SecondBase + 0x1000, 1, 1);
            await cpu.Write(Cast.Base - 1, 1, 1);
        });

        _port.Take<MmioAccess>(Cast.Unit1);
        _cpu.Receive(new MmioDone(Cast.Unit1, 0));
        _port.Take<MmioAccess>(Cast.Hub);
        _cpu.Receive(new MmioDone(Cast.Hub, 0));
        _port.Take<MmioAccess>(Cast.Hub);
    }

    [Fact]
    public void Access_while_a_fault_is_handled_is_not_charged_to_an_invalidation()
    {
        PowerOn(async cpu =>
        {
            cpu.HandlesFault = true;
            await cpu.Read(Cast.Base, 4);
        });
        Assert.Equal(Purpose.Other, _port.Take<MmioAccess>(Cast.Unit0).Why);
    }

    [Fact]
    public void Second_answer_resumes_nothing()
    {
        PowerOn(async cpu =>
        {
            await cpu.Write(Cast.Base, 4, 1);
            await cpu.Pause(100);
            _log.Add("after the pause");
        });
        _cpu.Receive(new MmioDone(Cast.Unit0, 0));

        _cpu.Receive(new MmioDone(Cast.Unit0, 0));

        Assert.DoesNotContain("after the pause", _log);
    }

    [Fact]
    public void Waiting_for_two_things_at_once_is_a_mistake()
    {
        PowerOn(async cpu => await cpu.Read(Cast.Base, 4));
        Assert.Throws<InvalidOperationException>(() => _cpu.Pause(1));
    }

    [Fact]
    public void Pause_ends_with_its_own_wake_up_only()
    {
        PowerOn(async cpu =>
        {
            await cpu.Pause(100);
            await cpu.Pause(200);
            _log.Add("both over");
        });
        Assert.Equal([100L], _port.Timers.Select(timer => timer.DelayNs));
        var first = _port.Timers[0].Message;
        _cpu.Receive(first);

        _cpu.Receive(first);
        Assert.DoesNotContain("both over", _log);
        _cpu.Receive(_port.Timers[1].Message);

        Assert.Contains("both over", _log);
    }

    [Fact]
    public void Spurious_wake_up_does_not_end_a_trapped_access()
    {
        PowerOn(async cpu => await cpu.Read(Cast.Base, 4));

        Unblock();
        _cpu.Receive(new UnitInterrupt(Cast.Unit0, 0, 0xfee00000, 1));
        _cpu.Receive(new Wake(Cast.Vcpu0, 0));

        Assert.True(_cpu.IsBlockedInXen);
    }

    [Fact]
    public void One_early_unblock_is_remembered()
    {
        PowerOn(async cpu =>
        {
            await cpu.Pause(1);
            await cpu.Block();
            _log.Add("once");
            await cpu.Block();
            _log.Add("twice");
        });
        Unblock();
        Unblock();

        _cpu.Receive(_port.Timers[0].Message);

        Assert.Contains("once", _log);
        Assert.DoesNotContain("twice", _log);
        Unblock();
        Assert.Contains("twice", _log);
    }

    [Fact]
    public void Unblock_is_a_message_to_the_vcpu_itself()
    {
        _cpu.Unblock();
        _port.Take<Wake>(Cast.Vcpu0);
    }

    [Fact]
    public void Work_ids_are_unique_over_guests_and_vcpus()
    {
        var ids = new HashSet<long>();
        foreach (var guest in new[] { 0, 1, 255 })
        {
            for (var index = 0; index < 2; index++)
            {
                _cpu = Cpu(Cast.Guest with { Guest = guest }, index);
                PowerOn(cpu =>
                {
                    for (var i = 0; i < 3; i++) ids.Add(cpu.Ring(0, Segments, 1, null!));
                    return GuestCode.Done;
                });
            }
        }
        Assert.Equal(18, ids.Count);
    }

    [Fact]
    public void Ring_sends_a_doorbell_to_a_device_that_is_there()
    {
        Present(1, true);
        PowerOn(cpu =>
        {
            cpu.Ring(1, Segments, 3, null!);
            return GuestCode.Done;
        });

        var doorbell = _port.Take<Doorbell>(Cast.Device1);
        Assert.Equal((1L, 3), (doorbell.Work, doorbell.Uses));
        Assert.Contains("issued 1", _log);
    }

    [Fact]
    public void Request_to_an_absent_device_is_abandoned_at_once()
    {
        PowerOn(async cpu => await cpu.Completion(cpu.Ring(0, Segments, 1, null!)));

        _port.NothingSent();
        Assert.Equal(["began", "issued 1", "abandoned 1", "ended: regular"], _log);
    }

    [Fact]
    public void Completion_waits_for_its_own_request()
    {
        Present(0, true);
        PowerOn(async cpu =>
        {
            cpu.Ring(0, Segments, 1, null!);
            await cpu.Completion(cpu.Ring(0, Segments, 1, null!));
            _log.Add("seen");
        });

        _cpu.Receive(new DmaCompleted(Cast.Device0, 1, Faulted: false));
        Assert.DoesNotContain("seen", _log);
        _cpu.Receive(new DmaCompleted(Cast.Device0, 2, Faulted: true));

        Assert.Equal(["finished 1", "finished 2 faulted", "seen"], _log[3..6]);
    }

    [Fact]
    public void Doubled_completion_is_reported_once()
    {
        Present(0, true);
        PowerOn(async cpu =>
        {
            cpu.Ring(0, Segments, 1, null!);
            await cpu.Pause(1);
        });

        _cpu.Receive(new DmaCompleted(Cast.Device0, 1, Faulted: false));
        _cpu.Receive(new DmaCompleted(Cast.Device0, 1, Faulted: false));

        Assert.Single(_log, line => line == "finished 1");
    }

    [Fact]
    public void Backlog_waits_until_few_enough_requests_are_left()
    {
        Present(0, true);
        PowerOn(async cpu =>
        {
            for (var i = 0; i < 3; i++) cpu.Ring(0, Segments, 1, null!);
            await cpu.Backlog(1);
            _log.Add("one left");
            await cpu.Backlog(1);
            _log.Add("still one left");
            await cpu.Backlog(0);
        });

        _cpu.Receive(new DmaCompleted(Cast.Device0, 2, false));
        Assert.DoesNotContain("one left", _log);
        _cpu.Receive(new DmaCompleted(Cast.Device0, 1, false));

        Assert.Contains("still one left", _log);
        Assert.Equal(VcpuEnd.Running, _cpu.End);
    }

    [Fact]
    public void Device_that_goes_away_takes_its_requests_with_it_in_order_and_frees_who_waited()
    {
        Present(0, true);
        Present(1, true);
        PowerOn(async cpu =>
        {
            cpu.Ring(0, Segments, 1, null!);
            cpu.Ring(1, Segments, 1, null!);
            await cpu.Completion(cpu.Ring(0, Segments, 1, null!));
            _log.Add("freed");
            await cpu.Backlog(0);
        });

        Present(0, false);

        Assert.Equal(["abandoned 1", "abandoned 3", "freed"], _log[4..]);
        Assert.Equal(VcpuEnd.Running, _cpu.End);
    }

    [Fact]
    public void Interrupts_of_a_unit_count_as_one_until_they_are_taken()
    {
        _cpu.Receive(new UnitInterrupt(Cast.Unit1, 1, 0, 0));
        _cpu.Receive(new UnitInterrupt(Cast.Unit1, 1, 0, 0));

        Assert.False(_cpu.TakeInterrupt(0));
        Assert.True(_cpu.TakeInterrupt(1));
        Assert.False(_cpu.TakeInterrupt(1));
    }

    [Fact]
    public void Panic_ends_the_vcpu_with_its_reason()
    {
        PowerOn(async cpu =>
        {
            await cpu.Read(Cast.Base, 4);
            throw new GuestPanicException("enough");
        });
        _cpu.Receive(new MmioDone(Cast.Unit0, 0));

        Assert.Equal(["began", "ended: enough"], _log);
        Assert.Equal(VcpuEnd.Stopped, _cpu.End);
    }

    [Fact]
    public void Mistake_in_guest_code_is_not_taken_for_a_panic()
    {
        _code = async cpu =>
        {
            await cpu.Read(Cast.Base, 4);
            throw new FormatException("a bug");
        };
        _cpu.Receive(new PowerOn(NodeId.None));

        Assert.Throws<FormatException>(() => _cpu.Receive(new MmioDone(Cast.Unit0, 0)));
    }

    [Fact]
    public void Crashed_domain_runs_no_more_guest_code()
    {
        PowerOn(async cpu =>
        {
            await cpu.Read(Cast.Base, 4);
            _log.Add("ran on");
        });

        _cpu.Receive(new DomainCrashed(Cast.Hub));
        _cpu.Receive(new MmioDone(Cast.Unit0, 0));

        Assert.Equal(2, _log.Count);
        Assert.Equal(VcpuEnd.Stopped, _cpu.End);
    }

    [Fact]
    public void Guest_that_is_made_to_panic_tells_its_other_vcpus_and_runs_no_more_code()
    {
        PowerOn(async cpu =>
        {
            await cpu.Read(Cast.Base, 4);
            _log.Add("ran on");
        });
        _port.Take<MmioAccess>(Cast.Unit0);

        _cpu.Receive(new GuestPanic(NodeId.None));
        _cpu.Receive(new MmioDone(Cast.Unit0, 0));

        Assert.Equal(new GuestPanic(Cast.Vcpu0), _port.Take<GuestPanic>(Cast.Vcpu1));
        _port.NothingSent();
        Assert.Equal(["began", "ended: the guest was made to panic", "guest 0 panicked"], _log);
        Assert.Equal((VcpuEnd.Panicked, false), (_cpu.End, _cpu.IsBlockedInXen));
    }

    [Fact]
    public void Vcpu_that_hears_of_a_panic_stops_and_tells_nobody()
    {
        PowerOn(async cpu => await cpu.Read(Cast.Base, 4));
        _port.TakeAll();

        _cpu.Receive(new GuestPanic(Cast.Vcpu1));

        _port.NothingSent();
        Assert.Equal(VcpuEnd.Panicked, _cpu.End);
    }

    [Fact]
    public void Vcpu_that_was_stopped_before_it_began_never_begins()
    {
        _code = _ => throw new InvalidOperationException("it ran");
        _cpu.Receive(new GuestPanic(NodeId.None));
        _cpu.Receive(new PowerOn(Cast.Hub));

        Assert.Equal(["ended: the guest was made to panic", "guest 0 panicked"], _log);
    }

    [Fact]
    public void Guest_code_resumes_inline_whatever_scheduler_is_current()
    {
        var thread = 0;
        PowerOn(async cpu =>
        {
            await Inner(cpu);
            thread = Environment.CurrentManagedThreadId;
        });
        _port.Take<MmioAccess>(Cast.Unit0);

        // A task on a scheduler that never runs anything else: a continuation that is queued would be lost.
        var run = new Task(() => _cpu.Receive(new MmioDone(Cast.Unit0, 0)));
        run.RunSynchronously(new RefusingScheduler());

        Assert.Null(run.Exception);
        Assert.Equal(Environment.CurrentManagedThreadId, thread);

        static async GuestCode Inner(IGuestCpu cpu) => await cpu.Read(Cast.Base, 4);
    }

    [Fact]
    public void Foreign_message_is_a_wiring_mistake() =>
        Assert.Throws<UnhandledMessageException>(() => _cpu.Receive(new DmaDone(Cast.Memory, 0)));

    private Vcpu Cpu(GuestNodes nodes, int index) => new(_port, nodes, index, new GuestRam(1 << 20), this, this, this, this);

    private void PowerOn(Func<IGuestCpu, GuestCode> code)
    {
        _code = code;
        _cpu.Receive(new PowerOn(NodeId.None));
    }

    private void Unblock()
    {
        _cpu.Unblock();
        _cpu.Receive((Wake)_port.TakeAll().Last().Message);
    }

    private void Present(int device, bool present) => _cpu.Receive(new DeviceStatus(Cast.Hub, device, present));

    private sealed class RefusingScheduler : TaskScheduler
    {
        protected override void QueueTask(Task task) => throw new InvalidOperationException("a continuation left the handler");

        protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => TryExecuteTask(task);

        protected override IEnumerable<Task> GetScheduledTasks() => [];
    }
}
