using VIommuActors.Oracle;
using VIommuActors.Protocols.Messages;
using VIommuActors.Wire.Messages;

namespace VIommuActors.Cluster.Tests.Halves;

/// <summary>What keeps a device model that is cut off away from memory that its guest has been given back.</summary>
public sealed class FenceTests : TwoHalves
{
    /// <summary>While the other side may still touch memory, nothing that waits for it is told that it is over.</summary>
    [Theory]
    [InlineData("drain")]
    [InlineData("ats")]
    public void An_invalidation_does_not_complete_while_the_device_model_is_only_cut_off(string protocol)
    {
        Start(Definition(protocol));
        Until(() => Run.Counters.Invalidations > 5);
        // Drain: its emulator asks what to drain. ATS: a device answers that its own cache is clean.
        CutWhile(message => protocol == "drain" ? message is QueryCall : message is InvComp);
        var before = Run.Counters.Invalidations;
        Settle();
        Assert.Equal(before, Run.Counters.Invalidations);
        Networks[0].LetGo();
        Until(() => Run.Counters.Invalidations > before);
        Assert.Equal(1, EndsSafely().Figures.Sessions);
    }

    /// <summary>Copies are the hypervisor's own: no invalidation waits for a device model, cut off or not.</summary>
    [Fact]
    public void With_memcpy_invalidations_go_on_while_the_device_model_is_cut_off()
    {
        Start(Definition("memcpy"));
        Until(() => Run.Counters.Invalidations > 5);
        // Every other time its driver waits for the request whose copy is held; else it unmaps.
        Until(() =>
        {
            CutWhile(message => message is CopyCall);
            var before = Run.Counters.Invalidations;
            var goesOn = SpinWait.SpinUntil(() => Run.Counters.Invalidations > before, TimeSpan.FromSeconds(1));
            Networks[0].LetGo();
            return goesOn;
        });
        var before = Run.Counters.Invalidations;
        Until(() => Run.Counters.Invalidations > before + 5);
        EndsSafely();
    }

    [Theory]
    [InlineData("drain")]
    [InlineData("ats")]
    [InlineData("translate")]
    public void An_access_of_a_session_that_was_closed_does_not_reach_memory(string protocol)
    {
        var end = Late(protocol, mutant: null);
        Assert.Equal(0, end.Figures.Violations[(int)Property.Escape]);
        // Bare translate breaks safety by itself, within its session.
        if (protocol != "translate") Assert.All(end.Figures.Violations, count => Assert.Equal(0, count));
        Assert.True(Run.Counters.FramesRefused > 0);
        Assert.Equal(2, end.Figures.Sessions);
        Assert.Equal(end.Figures.Dmas, end.Figures.Done + end.Figures.Faulted + end.Figures.Abandoned);
    }

    [Fact]
    public void A_session_that_is_refused_is_asked_for_under_the_next_number()
    {
        Refusals = 2;
        Start(Definition("drain"));
        Until(() => Run.Counters.Done > 5);
        Assert.Equal(1, EndsSafely().Figures.Sessions);
    }

    /// <summary>
    /// A node that answers too late has started a device model under the same number as the one that took its place; the network between
    /// them need not be cut any more.
    /// </summary>
    [Fact]
    public void Of_two_device_models_with_one_number_one_sends_nothing_and_ends()
    {
        Namesakes = 2;
        Start(Definition("drain"));
        Until(() => Run.Counters.Done > 5);
        var idle = Networks.Single(network => network.SentUp == 0);
        // It may have failed before it was told to end, and say so late.
        Half.Tell(new CloseSession(0, 1, "a party failed"), idle.Down);
        var before = Run.Counters.Done;
        Until(() => Run.Counters.Done > before + 5);
        Watch(Sessions[Networks.IndexOf(idle)]);
        ExpectTerminated(Sessions[Networks.IndexOf(idle)], TimeSpan.FromSeconds(10));
        var end = EndsSafely();
        Assert.Equal(1, end.Figures.Sessions);
        Assert.Equal(0, Run.Counters.FramesRefused);
    }

    [Fact]
    public void An_answer_to_the_device_model_that_is_lost_is_given_again()
    {
        LoseFirstDown = 1;
        Start(Definition("drain"));
        Until(() => Run.Counters.Done > 5);
        Assert.Equal(1, EndsSafely().Figures.Sessions);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Frames_go_together_to_a_half_that_reads_them_so(bool isPeerOld)
    {
        IsPeerOld = isPeerOld;
        Start(ThreeNodes.Define("drain", 1, sets: ["workload.rounds=1000000000"]));
        Until(() => Run.Counters.Done > 500);
        EndsSafely();
        if (isPeerOld) Assert.Equal(0, Networks[0].MostTogether);
        else Assert.True(Networks[0].MostTogether > 1);
    }

    [Fact]
    public void Without_the_fence_the_late_access_is_a_stale_one()
    {
        var end = Late("drain", Cluster.Halves.Mutants.OpenFence.Name);
        Assert.True(end.Figures.Violations[(int)Property.StaleWrite] + end.Figures.Violations[(int)Property.StaleRead] > 0);
    }

    /// <summary>Lets the guest end, which loses nothing and has broken nothing.</summary>
    private VmEnded EndsSafely()
    {
        Run.End();
        var end = End();
        Assert.Null(end.Lost);
        Assert.All(end.Figures.Violations, count => Assert.Equal(0, count));
        return end;
    }

    // Between two rounds nothing is mapped: whatever lands then has no excuse.
    private static DefineRun Definition(string protocol) => ThreeNodes.Define(
        protocol, 1,
        sets: ["workload.rounds=1000000000", "topology.vcpus=1", "workload.buffer-pages=1", "workload.think-ns=30000000"]);

    /// <summary>Nothing of the device model arrives any more, and such a message of it is what the guest waits for.</summary>
    private void CutWhile(Func<Message, bool> isAwaited)
    {
        while (true)
        {
            Networks[0].Hold((_, isUp) => isUp);
            // It may as well be waiting for something else: then again.
            if (SpinWait.SpinUntil(() => Networks[0].Held.Any(frame => isAwaited(frame.Message)), TimeSpan.FromSeconds(1))) return;
            Networks[0].LetGo();
        }
    }

    /// <summary>
    /// Accesses are held by the network; their device model's process is given up; its guest sees invalidations complete and reuses pages;
    /// then the network heals, and the accesses arrive.
    /// </summary>
    private VmEnded Late(string protocol, string? mutant)
    {
        Start(Definition(protocol), mutant);
        Until(() => Run.Counters.Invalidations > 5);
        Networks[0].Hold((message, isUp) => isUp && message is LinkFrame { Message: DmaAccess });
        Until(() => Networks[0].Held.Count > 0);
        KillDeviceModel();
        Until(() => Networks.Count == 2);
        var before = Run.Counters.Invalidations;
        Until(() => Run.Counters.Invalidations > before + 20);
        Networks[0].LetGo();
        Until(() => Run.Counters.Invalidations > before + 40);
        Run.End();
        return End();
    }

    /// <summary>Time for whatever is under way inside the halves; nothing is decided by its length.</summary>
    private static void Settle() => SpinWait.SpinUntil(() => false, TimeSpan.FromMilliseconds(700));
}
