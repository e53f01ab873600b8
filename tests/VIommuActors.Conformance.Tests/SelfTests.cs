using VIommuActors.Conformance.Tests.Cases;
using VIommuActors.Conformance.Tests.Comparing;
using VIommuActors.Conformance.Tests.Generating;
using VIommuActors.Conformance.Tests.Targets;

namespace VIommuActors.Conformance.Tests;

/// <summary>The comparison on the real QEMU: against itself it finds nothing, against itself with one altered reply it finds and shrinks that.</summary>
[Trait("Category", "qemu")]
public sealed class SelfTests
{
    [Fact]
    public void Qemu_does_not_differ_from_qemu()
    {
        var session = Session.Generate(0x5e1f, 1600);
        var divergence = Comparer.Compare(session.Operations, () => Start(session), () => Start(session));
        Assert.True(divergence is null, divergence?.Report("QEMU against QEMU", session.Platform));
    }

    [Fact]
    public void A_planted_difference_in_a_generated_session_is_shrunk_to_what_it_needs()
    {
        var session = Session.Generate(0x5e1f, 400);
        var planted = session.Operations.ToList();
        planted.Insert(300, new Operation("armed", new Script().Write('l', Cases.Board.Scratch, 0x600d).Steps));
        planted.Insert(350, new Operation("seen", new Script().Get(Reg.Ver).Steps));
        Divergence? Compare(IReadOnlyList<Operation> operations) => Comparer.Compare(operations, () => Start(session), () => new Altered(Start(session)));
        var found = Compare(planted);
        Assert.NotNull(found);
        Assert.Equal(["armed", "seen"], Shrinker.Shrink(found, Compare, 60).Operations.Select(operation => operation.Name));
    }

    private static MachineProcess Start(Session session) => MachineProcess.Start(MachineProgram.Qemu, session.Platform);

    /// <summary>QEMU with a wrong version register after one particular store.</summary>
    private sealed class Altered(MachineProcess inner) : ITarget
    {
        private bool _armed;

        public IReadOnlyList<string> Run(IReadOnlyList<Step> steps) => [.. inner.Run(steps).Zip(steps, Alter)];

        public void Dispose() => inner.Dispose();

        private string Alter(string reply, Step step)
        {
            _armed |= step.Text.EndsWith(" 0x600d", StringComparison.Ordinal);
            return _armed && step.Text == $"readl 0x{Cases.Board.Unit:x}" ? reply[..^1] + "f" : reply;
        }
    }
}
