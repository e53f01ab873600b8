using VIommuActors.Conformance.Tests.Cases;
using VIommuActors.Conformance.Tests.Targets;

namespace VIommuActors.Conformance.Tests.Comparing;

/// <summary>Machines that several cases share, reset in between: starting two programs takes longer than most cases do.</summary>
/// <remarks>Memory keeps what earlier cases left, alike in both. A case that differs is run again on fresh machines, so that its script stands alone.</remarks>
public sealed class MachinePairs : IDisposable
{
    private static readonly Operation Reset = new("reset", [new Step(StepKind.Reset, "")]);

    private Platform? _platform;
    private MachineProcess? _qemu, _subject;

    /// <summary>Runs a case; null when every reply is alike.</summary>
    public Divergence? Compare(Case each)
    {
        if (!Same(each.Platform)) Start(each.Platform);
        var divergence = Comparer.Compare([Reset, .. each.Operations], _qemu!, _subject!);
        if (divergence is null) return null;
        Dispose();
        return Comparer.Compare(
            each.Operations, () => MachineProcess.Start(MachineProgram.Qemu, each.Platform), () => MachineProcess.Start(MachineProgram.Subject, each.Platform)) ?? divergence;
    }

    public void Dispose()
    {
        _qemu?.Dispose();
        _subject?.Dispose();
        (_platform, _qemu, _subject) = (null, null, null);
    }

    private bool Same(Platform platform) => _platform is not null && _platform.Arguments.SequenceEqual(platform.Arguments);

    private void Start(Platform platform)
    {
        Dispose();
        var starting = Task.Run(() => MachineProcess.Start(MachineProgram.Subject, platform));
        _qemu = MachineProcess.Start(MachineProgram.Qemu, platform);
        _subject = starting.GetAwaiter().GetResult();
        _platform = platform;
    }
}
