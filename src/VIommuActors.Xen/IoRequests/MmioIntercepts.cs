using System.Numerics;

namespace VIommuActors.Xen.IoRequests;

/// <summary>What the hypervisor does with an access after its internal handlers.</summary>
public enum InterceptOutcome
{
    /// <summary>Handled inside: <see cref="InterceptResult.Count"/> repetitions are done, nothing is forwarded.</summary>
    Done,

    /// <summary>For an ioreq server: <see cref="InterceptResult.Count"/> repetitions.</summary>
    Forward,

    /// <summary>Malformed: never forwarded. A write is dropped and a read gives all ones.</summary>
    Refused,

    /// <summary>The access starts inside a device and ends outside of it: Xen crashes the domain.</summary>
    DomainCrash,

    /// <summary>A handler returned something else than okay or unhandleable, which Xen answers by stopping itself.</summary>
    HypervisorBug,
}

/// <summary>Result of <see cref="MmioIntercepts.Dispatch"/>.</summary>
/// <param name="Outcome">What to do next.</param>
/// <param name="Data">What a read returns when done; all ones otherwise.</param>
/// <param name="Count">Repetitions that <paramref name="Outcome"/> speaks of.</param>
public readonly record struct InterceptResult(InterceptOutcome Outcome, ulong Data, uint Count)
{
    /// <summary>What the instruction emulator is told.</summary>
    public X86Emul Emulation => Outcome == InterceptOutcome.Done ? X86Emul.Okay : X86Emul.Unhandleable;
}

/// <summary>
/// The internal MMIO handlers of a domain, in order of registration: an access is offered to the first that accepts its first byte,
/// and to no other. Source: Xen <c>arch/x86/hvm/intercept.c</c>, <c>arch/x86/hvm/emulate.c</c>.
/// </summary>
public sealed class MmioIntercepts
{
    private readonly List<IMmioHandler> _handlers = [];

    /// <summary>Appends a handler; where two accept an address the earlier one gets it.</summary>
    public void Register(IMmioHandler handler) => _handlers.Add(handler);

    /// <summary>Offers a request to the handlers.</summary>
    /// <param name="request">A memory access whose value is in the request itself.</param>
    /// <exception cref="ArgumentException">
    /// Not a memory access, no repetition, or a value behind a pointer, which only string instructions produce.
    /// </exception>
    public InterceptResult Dispatch(in Ioreq request)
    {
        if (request.Type != IoreqType.Copy || request.DataIsPointer || request.Count == 0)
        {
            throw new ArgumentException($"Not a plain memory access: {request}.", nameof(request));
        }

        if (!BitOperations.IsPow2(request.Size) || request.Size > 8)
        {
            return Result(InterceptOutcome.Refused, 0);
        }

        var (first, last) = (request.FirstByte, request.LastByte);
        var handler = _handlers.Find(h => h.Accepts(first));
        if (handler is null)
        {
            return Result(InterceptOutcome.Forward, request.Count);
        }

        return handler.Accepts(last) ? Run(handler, request) : Result(InterceptOutcome.DomainCrash, 0);
    }

    private static InterceptResult Run(IMmioHandler handler, in Ioreq request)
    {
        var data = ulong.MaxValue;
        for (var i = 0u; i < request.Count; i++)
        {
            var address = request.AddressOf(i);
            var read = ulong.MaxValue;
            var result = request.IsRead
                ? handler.Read(address, request.Size, out read)
                : handler.Write(address, request.Size, request.Data);
            if (result is not (X86Emul.Okay or X86Emul.Unhandleable))
            {
                return Result(InterceptOutcome.HypervisorBug, 0);
            }

            if (result == X86Emul.Unhandleable)
            {
                // Only one repetition is forwarded, so that the handler sees the following ones before any emulator does.
                return i == 0 ? Result(InterceptOutcome.Forward, 1) : new InterceptResult(InterceptOutcome.Done, data, i);
            }

            data = read;
        }

        return new InterceptResult(InterceptOutcome.Done, data, request.Count);
    }

    private static InterceptResult Result(InterceptOutcome outcome, uint count) => new(outcome, ulong.MaxValue, count);
}
