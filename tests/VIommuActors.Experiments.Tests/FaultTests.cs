using VIommuActors.Oracle;
using VIommuActors.Scenarios.Model;

namespace VIommuActors.Experiments.Tests;

public sealed class FaultTests
{
    [Fact]
    public void A_lost_completion_hangs_the_plain_drain_safely()
    {
        var scenario = Fixture.Load("stale-dma", "faults=[{on=DrainComplete,drop=1/10}]");

        var figures = Fixture.Run(scenario, "drain").Figures;

        Assert.Equal(Verdict.Hung, figures.Verdict);
        Assert.True(figures[Property.LostCompletion] > 0);
        Assert.Contains(figures.Remarks, remark => remark.Contains("DMAR hardware is malfunctioning", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("DrainComplete")]
    [InlineData("DrainAck")]
    [InlineData("Drain")]
    [InlineData("DrainCompleteReply")]
    public void Retransmission_survives_loss_and_duplication_of_any_of_its_messages(string message)
    {
        foreach (var fault in new[] { "drop=1/5", "duplicate=1/3" })
        {
            var scenario = Fixture.Load(
                "stale-dma-queued", $"faults=[{{on={message},{fault}}}]", "protocols.drain.retransmit-ns=50000", "workload.rounds=200");

            var figures = Fixture.Run(scenario, "drain").Figures;

            Assert.True(figures.Verdict == Verdict.Held, $"{message} {fault}: {figures.Verdict} {figures.Details.FirstOrDefault()}");
            Assert.Equal(figures.Dmas, figures.DmasDone + figures.DmasFaulted);
        }
    }

    [Fact]
    public void A_doubled_completion_never_ends_a_later_invalidation()
    {
        var scenario = Fixture.Load("stale-dma", "faults=[{on=DrainComplete,duplicate=1/1}]", "workload.rounds=200");

        var figures = Fixture.Run(scenario, "drain").Figures;

        Assert.Equal(Verdict.Held, figures.Verdict);
    }

    [Theory]
    [InlineData("memcpy")]
    [InlineData("ats")]
    [InlineData("drain")]
    public void An_emulator_that_dies_and_comes_back_neither_corrupts_nor_hangs_the_guest(string protocol)
    {
        for (ulong seed = 1; seed <= 20; seed++)
        {
            var scenario = Fixture.Load(
                "stale-dma-queued", "faults=[{on=dummy-viommu,crash-at-ns=300000,restart-after-ns=200000}]", "workload.rounds=200");

            var figures = Fixture.Run(scenario, protocol, seed).Figures;

            Assert.True(figures.Verdict == Verdict.Held, $"seed {seed}: {figures.Verdict} {figures.Details.FirstOrDefault()} {string.Join(';', figures.Remarks)}");
            Assert.True(figures.DmasAbandoned > 0, "the crash took no request with it");
            Assert.Equal(figures.Dmas, figures.DmasDone + figures.DmasFaulted + figures.DmasAbandoned);
        }
    }

    [Fact]
    public void An_emulator_that_stays_dead_leaves_a_guest_that_ends()
    {
        var scenario = Fixture.Load("stale-dma", "faults=[{on=dummy-viommu,crash-at-ns=300000}]");

        var figures = Fixture.Run(scenario, "drain").Figures;

        Assert.Equal(Verdict.Held, figures.Verdict);
        Assert.Equal(80, figures.Invalidations);
    }

    [Fact]
    public void A_lost_upcall_leaves_the_vcpu_in_the_hypervisor_and_is_reported()
    {
        var scenario = Fixture.Load("stale-dma", "faults=[{on=EventUpcall,drop=1/4}]");

        var figures = Fixture.Run(scenario, "drain").Figures;

        Assert.Equal(Verdict.Hung, figures.Verdict);
        Assert.True(figures[Property.LostCompletion] > 0);
    }

    [Fact]
    public void A_device_that_never_completes_an_ats_invalidation_is_given_up_and_the_submission_repeated()
    {
        var scenario = Fixture.Load(
            "stale-dma-queued", "faults=[{on=InvComp,drop=1/40}]", "protocols.ats.invalidate-timeout-ns=1000000", "workload.rounds=100");

        var figures = Fixture.Run(scenario, "ats").Figures;

        Assert.Equal(0, figures[Property.LostCompletion]);
        Assert.Equal(figures.Dmas, figures.DmasDone + figures.DmasFaulted);
    }

    [Theory]
    [InlineData("memcpy")]
    [InlineData("ats")]
    [InlineData("drain")]
    public void Late_messages_of_every_kind_break_no_safe_design(string protocol)
    {
        foreach (var message in Running())
        {
            var scenario = Fixture.Load("stale-dma-queued", $"faults=[{{on={message},delay=1/4,delay-ns=7777}}]");

            var figures = Fixture.Run(scenario, protocol).Figures;

            Assert.True(figures.Verdict == Verdict.Held, $"{message}: {figures.Verdict} {figures.Details.FirstOrDefault()}");
        }

        static string[] Running() =>
            ["TranslateCall", "TranslateReply", "CopyCall", "CopyReply", "AtsTranslate", "AtsTranslated", "InvReq", "InvComp", "Drain", "DrainAck", "DrainComplete", "QueryCall", "QueryReply", "Doorbell", "DmaCompleted", "EventUpcall", "Unhandleable"];
    }
}
