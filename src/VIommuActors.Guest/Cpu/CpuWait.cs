using System.Runtime.CompilerServices;

namespace VIommuActors.Guest.Cpu;

/// <summary>What a vCPU does for <see cref="CpuWait"/>: keeps the one continuation and hands out the one value.</summary>
public interface ICpuWaitOwner
{
    /// <summary>True once the thing waited for has happened.</summary>
    bool HasHappened { get; }

    /// <summary>Its value: what a load returned, 0 for most.</summary>
    ulong TakeValue();

    /// <summary>Called back inline when it happens.</summary>
    void WhenHappened(Action continuation);
}

/// <summary>Waiting for the one thing that a vCPU waits for. A null owner means that there was nothing to wait for.</summary>
public readonly struct CpuWait(ICpuWaitOwner? owner) : ICriticalNotifyCompletion
{
    /// <summary>For <c>await</c>.</summary>
    public bool IsCompleted => owner is null || owner.HasHappened;

    /// <summary>For <c>await</c>.</summary>
    public CpuWait GetAwaiter() => this;

    /// <summary>The value.</summary>
    public ulong GetResult() => owner is null ? 0 : owner.TakeValue();

    /// <inheritdoc/>
    public void OnCompleted(Action continuation) => UnsafeOnCompleted(continuation);

    /// <inheritdoc/>
    public void UnsafeOnCompleted(Action continuation) => owner!.WhenHappened(continuation);
}
