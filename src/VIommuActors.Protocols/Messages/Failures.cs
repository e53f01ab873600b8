using VIommuActors.Trace;

namespace VIommuActors.Protocols.Messages;

/// <summary>How much of an emulator process a <see cref="Crash"/> takes.</summary>
public enum CrashScope : byte
{
    /// <summary>The party that gets it, in a process that dies: its siblings get their own.</summary>
    Part,

    /// <summary>The whole process: the party that gets it tells its siblings, which die one after the other.</summary>
    Process,

    /// <summary>One device alone, as in a surprise removal; the process lives on. A dummy vIOMMU takes its process along.</summary>
    Device,
}

/// <summary>Fault plan, or a sibling → emulator's party: crash now.</summary>
/// <param name="From">The sender.</param>
/// <param name="RestartAfterNs">How long until it may be started again; never when negative.</param>
/// <param name="Scope">How much dies.</param>
/// <param name="ProcessLife">
/// From a sibling: which life of the process ends. Whoever is in it dies, also before its own start; whoever left it by itself does not
/// die once more in the next one.
/// </param>
public sealed record Crash(NodeId From, long RestartAfterNs, CrashScope Scope = CrashScope.Part, int? ProcessLife = null)
    : Message(From), IInternal
{
    /// <inheritdoc/>
    public override Wire Wire => Wire.Return;

    /// <inheritdoc/>
    public override void Describe(ref TraceFields fields) => fields.AddText("scope", Scope.ToString());
}

/// <summary>
/// A dying emulator's party → guest memory: pushed behind its last access, as the kernel reaps the process.
/// </summary>
/// <param name="From">The party.</param>
/// <param name="Hypervisor">Who is to hear of it.</param>
/// <param name="Alone">Only this device dies.</param>
/// <param name="Life">Number of the life that may follow.</param>
public sealed record ReapFence(NodeId From, NodeId Hypervisor, bool Alone = false, int Life = 0) : Message(From), IInternal
{
    /// <inheritdoc/>
    public override Wire Wire => Wire.Dma;
}

/// <summary>
/// Guest memory → ioreq server: no access of <paramref name="Party"/>'s dead incarnation can land any more.
/// Ioreq server → party: nothing is left of you, or of your process; you may be started again.
/// </summary>
/// <param name="From">The sender.</param>
/// <param name="Party">Whom it is about.</param>
/// <param name="Alone">Only this device died.</param>
/// <param name="Life">Number of the life that may follow, from the fence.</param>
public sealed record Reaped(NodeId From, NodeId Party, bool Alone = false, int Life = 0) : Message(From), IInternal
{
    /// <inheritdoc/>
    public override Wire Wire => Wire.Return;
}

/// <summary>The steps in which a device goes and comes back.</summary>
public enum DeviceStep : byte
{
    /// <summary>Ioreq server → unit, dummy: it is gone, and no access of it can land any more.</summary>
    Gone,

    /// <summary>Device → ioreq server: it is up and holds nothing; it answers whoever counts on it, and takes no request yet.</summary>
    Ready,

    /// <summary>Ioreq server → unit, dummy, and back from each: count on it from now on.</summary>
    Expected,

    /// <summary>Ioreq server → device: everyone counts on it; take requests.</summary>
    Start,

    /// <summary>Device → ioreq server: it takes requests, so the guest may be told.</summary>
    Running,
}

/// <summary>
/// A device that died goes and comes back step by step: it takes no request before everyone counts on it who has to wait for its
/// accesses, and the guest is not told of it before it takes requests.
/// </summary>
/// <param name="From">The sender.</param>
/// <param name="Device">The device.</param>
/// <param name="Step">The step.</param>
/// <param name="Life">Number of the device's life that comes back; 0 where it goes.</param>
public sealed record DevicePresence(NodeId From, NodeId Device, DeviceStep Step, int Life) : Message(From), IInternal
{
    /// <inheritdoc/>
    public override Wire Wire => Wire.Return;

    /// <inheritdoc/>
    public override void Describe(ref TraceFields fields)
    {
        fields.AddText("step", Step.ToString());
        fields.AddNumber("life", Life);
    }
}

/// <summary>
/// Fault plan → vCPU: the guest panics here. vCPU → its siblings: stop. None of them executes anything further, and there is no way
/// back: a guest that is booted again begins with a reset of its platform, which is another run.
/// </summary>
public sealed record GuestPanic(NodeId From) : Message(From), IInternal
{
    /// <inheritdoc/>
    public override Wire Wire => Wire.Return;
}
