using VIommuActors.Xen.IoRequests;

namespace VIommuActors.Xen.Tests.IoRequests;

public class MmioInterceptsTests
{
    private readonly MmioIntercepts _intercepts = new();

    [Fact]
    public void A_handled_read_returns_the_handlers_data()
    {
        _intercepts.Register(new Device(0x1000, 0x1fff) { Data = 0x42 });
        Assert.Equal(new InterceptResult(InterceptOutcome.Done, 0x42, 1), _intercepts.Dispatch(Ioreq.MmioRead(0x1000, 8)));
    }

    [Fact]
    public void A_handler_that_acted_and_returns_unhandleable_has_its_access_forwarded()
    {
        var viommu = new Device(0xfed90000, 0xfed90fff) { Result = _ => X86Emul.Unhandleable };
        _intercepts.Register(viommu);
        var result = _intercepts.Dispatch(Ioreq.MmioWrite(0xfed900f8, 0x9003000500000000, 8));
        Assert.Equal((InterceptOutcome.Forward, 1u, X86Emul.Unhandleable), (result.Outcome, result.Count, result.Emulation));
        Assert.Equal([(0xfed900f8UL, 0x9003000500000000UL)], viommu.Writes);
    }

    [Fact]
    public void The_first_handler_registered_gets_an_access_that_two_accept()
    {
        var (first, second) = (new Device(0x1000, 0x1fff), new Device(0, 0xffff));
        _intercepts.Register(first);
        _intercepts.Register(second);
        _intercepts.Dispatch(Ioreq.MmioWrite(0x1800, 1, 4));
        _intercepts.Dispatch(Ioreq.MmioWrite(0x2000, 2, 4));
        Assert.Equal([(0x1800UL, 1UL)], first.Writes);
        Assert.Equal([(0x2000UL, 2UL)], second.Writes);
    }

    [Fact]
    public void The_second_handler_is_not_asked_when_the_first_declines()
    {
        var second = new Device(0, 0xffff);
        _intercepts.Register(new Device(0x1000, 0x1fff) { Result = _ => X86Emul.Unhandleable });
        _intercepts.Register(second);
        Assert.Equal(InterceptOutcome.Forward, _intercepts.Dispatch(Ioreq.MmioWrite(0x1000, 1, 4)).Outcome);
        Assert.Empty(second.Writes);
    }

    [Fact]
    public void An_access_that_leaves_its_device_crashes_the_domain_even_into_another_device()
    {
        var device = new Device(0x1000, 0x1fff);
        _intercepts.Register(device);
        _intercepts.Register(new Device(0x2000, 0x2fff));
        Assert.Equal(InterceptOutcome.DomainCrash, _intercepts.Dispatch(Ioreq.MmioWrite(0x1ffc, 1, 8)).Outcome);
        Assert.Empty(device.Writes);
    }

    [Fact]
    public void An_access_that_only_ends_in_a_device_is_forwarded()
    {
        _intercepts.Register(new Device(0x1000, 0x1fff));
        Assert.Equal(InterceptOutcome.Forward, _intercepts.Dispatch(Ioreq.MmioWrite(0xffc, 1, 8)).Outcome);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(6)]
    [InlineData(16)]
    public void A_size_that_is_no_power_of_two_up_to_eight_is_unhandleable_and_stays_inside(uint size)
    {
        var device = new Device(0x1000, 0x1fff);
        _intercepts.Register(device);
        var result = _intercepts.Dispatch(Ioreq.MmioRead(0x1000, size));
        Assert.Equal((InterceptOutcome.Refused, X86Emul.Unhandleable, ulong.MaxValue), (result.Outcome, result.Emulation, result.Data));
        Assert.Equal(0, device.Accesses);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(8)]
    public void The_other_sizes_reach_the_handler(uint size)
    {
        _intercepts.Register(new Device(0x1000, 0x1fff));
        Assert.Equal(InterceptOutcome.Done, _intercepts.Dispatch(Ioreq.MmioRead(0x1000, size)).Outcome);
    }

    [Fact]
    public void Without_a_handler_every_repetition_is_forwarded() =>
        Assert.Equal(
            new InterceptResult(InterceptOutcome.Forward, ulong.MaxValue, 5),
            _intercepts.Dispatch(Ioreq.MmioWrite(0x1000, 1, 4) with { Count = 5 }));

    [Fact]
    public void A_handler_that_declines_the_first_repetition_forwards_that_one_only()
    {
        _intercepts.Register(new Device(0x1000, 0x1fff) { Result = _ => X86Emul.Unhandleable });
        var result = _intercepts.Dispatch(Ioreq.MmioWrite(0x1000, 1, 4) with { Count = 5 });
        Assert.Equal((InterceptOutcome.Forward, 1u), (result.Outcome, result.Count));
    }

    [Fact]
    public void A_handler_that_declines_a_later_repetition_is_done_with_those_before()
    {
        var device = new Device(0x1000, 0x1fff) { Data = 7, Result = i => i < 3 ? X86Emul.Okay : X86Emul.Unhandleable };
        _intercepts.Register(device);
        Assert.Equal(
            new InterceptResult(InterceptOutcome.Done, 7, 3),
            _intercepts.Dispatch(Ioreq.MmioRead(0x1000, 4) with { Count = 5 }));
    }

    [Fact]
    public void Descending_repetitions_reach_the_handler_from_the_top()
    {
        var device = new Device(0x1000, 0x1fff);
        _intercepts.Register(device);
        _intercepts.Dispatch(Ioreq.MmioWrite(0x1008, 1, 4) with { Count = 3, Descends = true });
        Assert.Equal([0x1008UL, 0x1004UL, 0x1000UL], device.Writes.Select(w => w.Address));
    }

    [Theory]
    [InlineData(X86Emul.Retry)]
    [InlineData(X86Emul.Exception)]
    [InlineData(X86Emul.Done)]
    public void A_handler_may_not_return_anything_else(X86Emul result)
    {
        _intercepts.Register(new Device(0x1000, 0x1fff) { Result = _ => result });
        Assert.Equal(InterceptOutcome.HypervisorBug, _intercepts.Dispatch(Ioreq.MmioRead(0x1000, 4)).Outcome);
    }

    [Fact]
    public void Requests_that_are_no_plain_memory_access_are_refused_by_name()
    {
        Assert.Throws<ArgumentException>(() => _intercepts.Dispatch(Ioreq.MmioRead(0, 4) with { Type = IoreqType.Pio }));
        Assert.Throws<ArgumentException>(() => _intercepts.Dispatch(Ioreq.MmioRead(0, 4) with { DataIsPointer = true }));
        Assert.Throws<ArgumentException>(() => _intercepts.Dispatch(Ioreq.MmioRead(0, 4) with { Count = 0 }));
    }

    private sealed class Device(ulong first, ulong last) : IMmioHandler
    {
        public ulong Data { get; init; }

        public Func<int, X86Emul> Result { get; init; } = _ => X86Emul.Okay;

        public int Accesses { get; private set; }

        public List<(ulong Address, ulong Data)> Writes { get; } = [];

        public bool Accepts(ulong address) => address >= first && address <= last;

        public X86Emul Read(ulong address, uint size, out ulong data)
        {
            var result = Result(Accesses++);
            data = result == X86Emul.Okay ? Data : 0xdead;
            return result;
        }

        public X86Emul Write(ulong address, uint size, ulong data)
        {
            Writes.Add((address, data));
            return Result(Accesses++);
        }
    }
}
