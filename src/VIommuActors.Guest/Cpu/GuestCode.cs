#pragma warning disable CA1000, CA1822 // The compiler prescribes the shape of a method builder.
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace VIommuActors.Guest.Cpu;

/// <summary>
/// Guest code under way: what an <c>async</c> method of a driver or workload returns. It resumes inline, on whichever thread the vCPU
/// handles the message that it waits for; no task scheduler, synchronization context or thread pool can come in between.
/// </summary>
/// <remarks>
/// <see cref="Task"/> will not do: its continuations leave the actor's handler as soon as an ambient scheduler is set, which is
/// exactly what a controlled dispatcher sets. Await each one once.
/// </remarks>
[AsyncMethodBuilder(typeof(GuestCodeBuilder))]
public class GuestCode : ICriticalNotifyCompletion
{
    private Action? _continuation;
    private ExceptionDispatchInfo? _failure;

    /// <summary>Code that had nothing to wait for.</summary>
    public static GuestCode Done { get; } = new() { IsCompleted = true };

    /// <summary>True once it has ended, either way.</summary>
    public bool IsCompleted { get; private set; }

    /// <summary>What it failed with; null while it runs and after a regular end.</summary>
    public Exception? Failure => _failure?.SourceException;

    /// <summary>For <c>await</c>.</summary>
    public GuestCode GetAwaiter() => this;

    /// <summary>Rethrows a failure.</summary>
    public void GetResult() => _failure?.Throw();

    /// <inheritdoc/>
    public void OnCompleted(Action continuation) => UnsafeOnCompleted(continuation);

    /// <inheritdoc/>
    public void UnsafeOnCompleted(Action continuation) => _continuation = continuation;

    internal void End(Exception? failure)
    {
        if (failure is not null) _failure = ExceptionDispatchInfo.Capture(failure);
        IsCompleted = true;
        _continuation?.Invoke();
    }
}

/// <summary>Guest code that ends with a value.</summary>
[AsyncMethodBuilder(typeof(GuestCodeBuilder<>))]
public class GuestCode<T> : GuestCode
{
    private T _result = default!;

    /// <summary>For <c>await</c>.</summary>
    public new GuestCode<T> GetAwaiter() => this;

    /// <summary>The value; rethrows a failure.</summary>
    public new T GetResult()
    {
        base.GetResult();
        return _result;
    }

    internal void End(T result)
    {
        _result = result;
        End((Exception?)null);
    }
}

/// <summary>Compiler support for <see cref="GuestCode"/>.</summary>
public struct GuestCodeBuilder
{
    private GuestCode? _code;

    /// <summary>Called by the compiler.</summary>
    public static GuestCodeBuilder Create() => default;

    /// <summary>Called by the compiler.</summary>
    public readonly GuestCode Task => _code ?? GuestCode.Done;

    /// <summary>Called by the compiler.</summary>
    public readonly void Start<TMachine>(ref TMachine machine)
        where TMachine : IAsyncStateMachine => machine.MoveNext();

    /// <summary>Called by the compiler.</summary>
    public readonly void SetStateMachine(IAsyncStateMachine stateMachine)
    {
    }

    /// <summary>Called by the compiler.</summary>
    public readonly void SetResult() => _code?.End(failure: null);

    /// <summary>Called by the compiler.</summary>
    public void SetException(Exception exception)
    {
        _code ??= new GuestCode();
        _code.End(exception);
    }

    /// <summary>Called by the compiler.</summary>
    public void AwaitOnCompleted<TAwaiter, TMachine>(ref TAwaiter awaiter, ref TMachine machine)
        where TAwaiter : INotifyCompletion
        where TMachine : IAsyncStateMachine => awaiter.OnCompleted(Box(ref machine));

    /// <summary>Called by the compiler.</summary>
    public void AwaitUnsafeOnCompleted<TAwaiter, TMachine>(ref TAwaiter awaiter, ref TMachine machine)
        where TAwaiter : ICriticalNotifyCompletion
        where TMachine : IAsyncStateMachine => awaiter.UnsafeOnCompleted(Box(ref machine));

    private Action Box<TMachine>(ref TMachine machine)
        where TMachine : IAsyncStateMachine
    {
        if (_code is Suspended<TMachine> suspended) return suspended.Resume;
        // This builder is a field of the machine: it must know its box before the machine is copied into it.
        _code = suspended = new Suspended<TMachine>();
        suspended.Machine = machine;
        return suspended.Resume;
    }

    private sealed class Suspended<TMachine> : GuestCode
        where TMachine : IAsyncStateMachine
    {
        public TMachine Machine = default!;

        public Suspended() => Resume = () => Machine.MoveNext();

        public Action Resume { get; }
    }
}

/// <summary>Compiler support for <see cref="GuestCode{T}"/>.</summary>
public struct GuestCodeBuilder<T>
{
    private GuestCode<T>? _code;

    /// <summary>Called by the compiler.</summary>
    public static GuestCodeBuilder<T> Create() => default;

    /// <summary>Called by the compiler.</summary>
    public GuestCode<T> Task => _code ??= new GuestCode<T>();

    /// <summary>Called by the compiler.</summary>
    public readonly void Start<TMachine>(ref TMachine machine)
        where TMachine : IAsyncStateMachine => machine.MoveNext();

    /// <summary>Called by the compiler.</summary>
    public readonly void SetStateMachine(IAsyncStateMachine stateMachine)
    {
    }

    /// <summary>Called by the compiler.</summary>
    public void SetResult(T result) => Task.End(result);

    /// <summary>Called by the compiler.</summary>
    public void SetException(Exception exception) => Task.End(exception);

    /// <summary>Called by the compiler.</summary>
    public void AwaitOnCompleted<TAwaiter, TMachine>(ref TAwaiter awaiter, ref TMachine machine)
        where TAwaiter : INotifyCompletion
        where TMachine : IAsyncStateMachine => awaiter.OnCompleted(Box(ref machine));

    /// <summary>Called by the compiler.</summary>
    public void AwaitUnsafeOnCompleted<TAwaiter, TMachine>(ref TAwaiter awaiter, ref TMachine machine)
        where TAwaiter : ICriticalNotifyCompletion
        where TMachine : IAsyncStateMachine => awaiter.UnsafeOnCompleted(Box(ref machine));

    private Action Box<TMachine>(ref TMachine machine)
        where TMachine : IAsyncStateMachine
    {
        if (_code is Suspended<TMachine> suspended) return suspended.Resume;
        _code = suspended = new Suspended<TMachine>();
        suspended.Machine = machine;
        return suspended.Resume;
    }

    private sealed class Suspended<TMachine> : GuestCode<T>
        where TMachine : IAsyncStateMachine
    {
        public TMachine Machine = default!;

        public Suspended() => Resume = () => Machine.MoveNext();

        public Action Resume { get; }
    }
}
