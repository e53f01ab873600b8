using Akka.Actor;
using VIommuActors.Oracle;
using VIommuActors.Wire.Messages;

namespace VIommuActors.Cluster.Tests.Halves;

/// <summary>What each design promises when something happens to the link or to a half: a row of the table in the project's README, cell by
/// cell. Bare translate promises no safety anywhere, so only the rest is demanded of it.</summary>
public sealed class PromiseTests : TwoHalves
{
    private static readonly string[] Designs = ["translate", "memcpy", "ats", "drain"];

    public static TheoryData<string> Protocols => [.. Designs];

    [Theory, MemberData(nameof(Protocols))]
    [Trait("Category", "cluster")]
    public void Lost_and_doubled_frames_are_late_and_nothing_else(string protocol)
    {
        Start(Definition(protocol, loss: 40, duplicates: 40));
        Until(() => Run.Counters.Done > 40);
        Assert.True(Run.Counters.FramesAgain > 0);
        Ends(protocol, sessions: 1);
    }

    [Theory, MemberData(nameof(Protocols))]
    [Trait("Category", "cluster")]
    public void A_slow_link_costs_time_and_nothing_else(string protocol)
    {
        Start(Definition(protocol));
        Until(() => Run.Counters.Done > 20);
        Weather.LinkDelay = TimeSpan.FromMilliseconds(20);
        var before = Run.Counters.Done;
        Until(() => Run.Counters.Done > before + 20);
        Weather.LinkDelay = TimeSpan.Zero;
        Ends(protocol, sessions: 1);
    }

    [Theory, MemberData(nameof(Protocols))]
    public void A_cut_that_heals_in_time_loses_nothing(string protocol)
    {
        Start(Definition(protocol));
        Until(() => Run.Counters.Done > 20);
        Networks[0].Drop((_, _) => true);
        Until(() => Networks[0].Dropped > 3);
        Networks[0].Drop((_, _) => false);
        var before = Run.Counters.Done;
        Until(() => Run.Counters.Done > before + 20);
        Ends(protocol, sessions: 1);
    }

    [Theory, MemberData(nameof(Protocols))]
    public void A_device_model_that_dies_is_fenced_its_requests_are_given_up_and_a_successor_takes_over(string protocol)
    {
        Start(Definition(protocol));
        Until(() => Run.Counters.Done > 20);
        Networks[0].DeviceModel!.Tell(PoisonPill.Instance);
        KillDeviceModel();
        Until(() => Networks.Count == 2);
        var before = Run.Counters.Done;
        Until(() => Run.Counters.Done > before + 20);
        Ends(protocol, sessions: 2);
    }

    [Theory, MemberData(nameof(Protocols))]
    public void A_device_model_that_dies_again_and_again_is_replaced_each_time(string protocol)
    {
        Start(Definition(protocol));
        for (var lives = 1; lives < 4; lives++)
        {
            var before = Run.Counters.Done;
            Until(() => Run.Counters.Done > before + 20);
            Networks[^1].DeviceModel!.Tell(PoisonPill.Instance);
            KillDeviceModel();
            Until(() => Networks.Count == lives + 1);
        }
        var last = Run.Counters.Done;
        Until(() => Run.Counters.Done > last + 20);
        Ends(protocol, sessions: 4);
    }

    [Theory, MemberData(nameof(Protocols))]
    public void A_hypervisor_that_dies_takes_its_machine_along_and_the_device_model_ends_itself(string protocol)
    {
        Start(Definition(protocol));
        Until(() => Run.Counters.Done > 20);
        Watch(Networks[0].DeviceModel!);
        Sys.Stop(Half);
        Sys.Stop(Networks[0].Up!);
        FishForMessage<Terminated>(gone => gone.ActorRef.Equals(Networks[0].DeviceModel), TimeSpan.FromSeconds(30));
    }

    private static DefineRun Definition(string protocol, int loss = 0, int duplicates = 0) => ThreeNodes.Define(
        protocol, 1, loss: loss, duplicate: duplicates,
        sets: ["workload.rounds=1000000000", "protocols.drain.retransmit-ns=300000000"]);

    private void Ends(string protocol, int sessions)
    {
        Run.End();
        var end = End();
        Assert.Null(end.Lost);
        Assert.Equal(sessions, end.Figures.Sessions);
        Assert.Equal(0, end.Figures.Open);
        Assert.Equal(end.Figures.Dmas, end.Figures.Done + end.Figures.Faulted + end.Figures.Abandoned);
        if (sessions == 1) Assert.Equal(0, end.Figures.Abandoned);
        foreach (var property in Properties.All)
        {
            if (protocol == "translate" && property is Property.StaleRead or Property.StaleWrite) continue;
            Assert.Equal(0, end.Figures.Violations[(int)property]);
        }
    }
}
