using VIommuActors.Guest.Cpu;
using VIommuActors.Vtd.Memory;

namespace VIommuActors.Guest.Tests.Cpu;

public class LockTests
{
    private readonly GuestLock _lock = new();
    private readonly FakeCpu[] _cpus = [.. Enumerable.Range(0, 4).Select(index => new FakeCpu(new GuestRam(4096), index: index))];

    [Fact]
    public void A_free_lock_is_taken_at_once() => Assert.True(_lock.Acquire(_cpus[0]).IsCompleted);

    [Fact]
    public void Waiters_get_the_lock_in_the_order_in_which_they_came()
    {
        Bench.Run(_lock.Acquire(_cpus[0]));
        GuestCode[] waiting = [_lock.Acquire(_cpus[2]), _lock.Acquire(_cpus[1]), _lock.Acquire(_cpus[3])];
        Assert.Equal([false, false, false], waiting.Select(code => code.IsCompleted));
        _lock.Release(_cpus[0]);
        Assert.Equal([true, false, false], waiting.Select(code => code.IsCompleted));
        _lock.Release(_cpus[2]);
        Assert.Equal([true, true, false], waiting.Select(code => code.IsCompleted));
        _lock.Release(_cpus[1]);
        Assert.Equal([true, true, true], waiting.Select(code => code.IsCompleted));
        _lock.Release(_cpus[3]);
        Assert.True(_lock.Acquire(_cpus[1]).IsCompleted);
    }

    [Fact]
    public void Nobody_can_overtake_a_waiter_between_release_and_wake_up()
    {
        Bench.Run(_lock.Acquire(_cpus[0]));
        var waiting = _lock.Acquire(_cpus[1]);
        _lock.Release(_cpus[0]);
        var late = _lock.Acquire(_cpus[0]);
        Assert.Equal((true, false), (waiting.IsCompleted, late.IsCompleted));
    }

    [Fact]
    public void A_spurious_wake_up_is_not_taken_for_the_lock()
    {
        Bench.Run(_lock.Acquire(_cpus[0]));
        var waiting = _lock.Acquire(_cpus[1]);
        _cpus[1].Unblock();
        _cpus[1].Unblock();
        Assert.False(waiting.IsCompleted);
        Assert.True(_cpus[1].IsBlocked);
        _lock.Release(_cpus[0]);
        Assert.True(waiting.IsCompleted);
    }

    [Fact]
    public void A_wake_up_from_before_does_not_let_anybody_in()
    {
        _cpus[1].Unblock();
        Bench.Run(_lock.Acquire(_cpus[0]));
        var waiting = _lock.Acquire(_cpus[1]);
        Assert.False(waiting.IsCompleted);
        _lock.Release(_cpus[0]);
        Assert.True(waiting.IsCompleted);
    }

    [Fact]
    public void Releasing_what_one_does_not_hold_is_a_mistake_that_changes_nothing()
    {
        Assert.Throws<InvalidOperationException>(() => _lock.Release(_cpus[0]));
        Bench.Run(_lock.Acquire(_cpus[0]));
        var waiting = _lock.Acquire(_cpus[1]);
        Assert.Throws<InvalidOperationException>(() => _lock.Release(_cpus[1]));
        Assert.False(waiting.IsCompleted);
        _lock.Release(_cpus[0]);
        Assert.True(waiting.IsCompleted);
    }

    [Fact]
    public void A_gate_holds_everybody_until_it_opens_and_nobody_after()
    {
        var gate = new Gate();
        GuestCode[] waiting = [gate.Pass(_cpus[1]), gate.Pass(_cpus[2])];
        _cpus[1].Unblock();
        Assert.Equal([false, false], waiting.Select(code => code.IsCompleted));
        gate.Open();
        Assert.Equal([true, true], waiting.Select(code => code.IsCompleted));
        Assert.True(gate.Pass(_cpus[3]).IsCompleted);
        gate.Open();
        Assert.True(gate.Pass(_cpus[0]).IsCompleted);
    }
}
