using VIommuActors.Blueprints.Verdicts;
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

    [Theory]
    [InlineData("memcpy")]
    [InlineData("ats")]
    [InlineData("drain")]
    public void A_device_that_is_pulled_out_takes_its_requests_along_and_nothing_else(string protocol)
    {
        for (ulong seed = 1; seed <= 10; seed++)
        {
            foreach (var restart in new[] { "", ",restart-after-ns=200000" })
            {
                var scenario = Fixture.Load(
                    "stale-dma-queued", $"faults=[{{on=device,crash-at-ns=300000{restart}}}]", "workload.rounds=100");

                var figures = Fixture.Run(scenario, protocol, seed).Figures;

                Assert.True(
                    figures.Verdict == Verdict.Held,
                    $"seed {seed}{restart}: {figures.Verdict} {figures.Details.FirstOrDefault()} {string.Join(';', figures.Remarks)}");
                Assert.True(figures.DmasAbandoned > 0, "the device took no request with it");
                Assert.Equal(figures.Dmas, figures.DmasDone + figures.DmasFaulted + figures.DmasAbandoned);
            }
        }
    }

    [Fact]
    public void A_device_that_comes_back_works_again()
    {
        var (gone, back) = (Abandoned(""), Abandoned(",restart-after-ns=100000"));
        Assert.True(back < gone, $"{back} requests were abandoned with its return, {gone} without");

        static long Abandoned(string restart) => Fixture.Run(
            Fixture.Load("stale-dma-queued", $"faults=[{{on=device,crash-at-ns=300000{restart}}}]", "workload.rounds=100"),
            "drain").Figures.DmasAbandoned;
    }

    [Theory]
    [InlineData("ats")]
    [InlineData("drain")]
    public void A_guest_that_panics_ends_without_being_held_against_the_design(string protocol)
    {
        var scenario = Fixture.Load("stale-dma-queued", "faults=[{on=vcpu,crash-at-ns=300000}]", "workload.rounds=200");

        var figures = Fixture.Run(scenario, protocol).Figures;

        Assert.Equal((Verdict.Held, 0L, 0L), (figures.Verdict, figures.StoppedVcpus, figures.StuckVcpus));
        Assert.Equal(2, figures.Remarks.Length);
        Assert.All(figures.Remarks, remark => Assert.EndsWith("the guest was made to panic", remark, StringComparison.Ordinal));
        Assert.Equal(figures.Dmas, figures.DmasDone + figures.DmasFaulted + figures.DmasAbandoned);
        Assert.InRange(figures.Dmas, 1, 300);
    }

    [Fact]
    public void A_rule_on_a_link_strikes_what_travels_there_and_nothing_else()
    {
        // Drains go from the dummy to the devices; their acknowledgements come back.
        var there = Fixture.Run(Fixture.Load("stale-dma", "faults=[{from=dummy-viommu,to=device,drop=1/1}]"), "drain").Figures;
        var nowhere = Fixture.Run(Fixture.Load("stale-dma", "faults=[{on=DrainAck,from=dummy-viommu,drop=1/1}]"), "drain").Figures;
        var back = Fixture.Run(Fixture.Load("stale-dma", "faults=[{on=DrainAck,to=dummy-viommu,drop=1/1}]"), "drain").Figures;

        Assert.Equal((Verdict.Hung, Verdict.Held, Verdict.Hung), (there.Verdict, nowhere.Verdict, back.Verdict));
    }

    [Fact]
    public void A_rule_on_a_link_loses_nothing_that_cannot_be_lost()
    {
        // A device's hypercalls and accesses are calls on one host; its answer to the dummy goes elsewhere.
        var figures = Fixture.Run(Fixture.Load("stale-dma", "faults=[{from=device,to=viommu,drop=1/1}]"), "drain").Figures;
        var memory = Fixture.Run(Fixture.Load("stale-dma", "faults=[{to=memory,drop=1/2},{from=memory,delay=1/2,delay-ns=900}]"), "drain").Figures;

        Assert.Equal((Verdict.Held, Verdict.Held), (figures.Verdict, memory.Verdict));
        Assert.True(memory.VirtualNs > figures.VirtualNs);
    }

    [Fact]
    public void A_link_on_which_nothing_travels_is_refused_with_those_there_are()
    {
        var scenario = Fixture.Load("stale-dma", "faults=[{from=vcpu,to=memory,drop=1/2}]");

        var error = Assert.Throws<UnsupportedCombinationException>(() => Fixture.Run(scenario, "drain"));

        Assert.Equal(("faults", "from = vcpu, to = memory"), (error.Key, error.Value));
        Assert.Contains("dummy-viommu to viommu", error.Accepted, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("DrainComplete")]
    [InlineData("DrainAck")]
    [InlineData("Doorbell")]
    [InlineData("DmaCompleted")]
    [InlineData("InvComp")]
    public void Messages_that_are_overtaken_break_no_safe_design(string message)
    {
        var protocol = message == "InvComp" ? "ats" : "drain";
        var scenario = Fixture.Load("stale-dma-queued", $"faults=[{{on={message},reorder=1/2,delay-ns=20000}}]");

        var figures = Fixture.Run(scenario, protocol).Figures;

        Assert.True(figures.Verdict == Verdict.Held, $"{figures.Verdict} {figures.Details.FirstOrDefault()}");
        Assert.Equal(figures.Dmas, figures.DmasDone + figures.DmasFaulted);
    }

    [Fact]
    public void An_overtaken_message_comes_right_behind_the_one_that_overtook_it_or_when_its_patience_ends()
    {
        var scenario = Fixture.Load("stale-dma", "faults=[{on=Doorbell,reorder=1/1,delay-ns=50000}]", "workload.rounds=50");

        var (result, trace, _) = Fixture.RunTraced(scenario, "drain");

        Assert.Equal(Verdict.Held, result.Figures.Verdict);
        var doorbells = new Trace.TraceReader(new MemoryStream(trace), "t").ReadToEnd().OfType<Trace.TraceEvent>()
            .Where(line => line.Message == "Doorbell").ToList();
        var orders = doorbells.GroupBy(line => (line.From, line.To)).ToList();
        Assert.Equal(result.Figures.Dmas, doorbells.Count);
        var (overtaken, waited) = (0, 0);
        foreach (var link in orders)
        {
            var works = link.Select(line => (line.TimeNs, Work: (long)line.Args.Single(arg => arg.Name == "work").Bits)).ToList();
            for (var i = 1; i < works.Count; i++)
            {
                if (works[i].Work > works[i - 1].Work) continue;
                overtaken++;
                waited += works[i].TimeNs > works[i - 1].TimeNs ? 1 : 0;
            }
        }
        Assert.True(overtaken > 5, $"{overtaken} were overtaken");
        Assert.Equal(0, waited);
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

    [Fact]
    public void A_machine_in_which_nothing_ever_ran_has_not_held()
    {
        var figures = Fixture.Run(Fixture.Load("stale-dma", "faults=[{on=dummy-viommu,crash-at-ns=0}]"), "drain").Figures;

        Assert.Equal(0, figures.Dmas);
        Assert.Equal(2, figures.StuckVcpus);
        Assert.Equal(Verdict.Hung, figures.Verdict);
    }

    [Fact]
    public void A_call_that_returns_on_the_same_host_can_be_late_but_not_lost()
    {
        var lost = Fixture.Load("stale-dma", "faults=[{on=MmioDone,drop=1/2}]");
        var late = Fixture.Load("stale-dma", "faults=[{on=MmioDone,delay=1/2,delay-ns=500}]");

        var error = Assert.Throws<UnsupportedCombinationException>(() => Fixture.Run(lost, "drain"));

        Assert.Equal(("faults", "MmioDone"), (error.Key, error.Value));
        Assert.Contains("DrainComplete", error.Accepted, StringComparison.Ordinal);
        Assert.Equal(Verdict.Held, Fixture.Run(late, "drain").Figures.Verdict);
    }

    [Theory]
    [InlineData("DrainComplete", "drain")]
    [InlineData("DrainAck", "drain")]
    [InlineData("QueryReply", "drain")]
    [InlineData("EventUpcall", "drain")]
    [InlineData("InvComp", "ats")]
    [InlineData("InvReq", "ats")]
    [InlineData("AtsTranslated", "ats")]
    public void A_second_copy_that_comes_much_later_ends_nothing_it_does_not_belong_to(string message, string protocol)
    {
        var scenario = Fixture.Load(
            "stale-dma-queued", $"faults=[{{on={message},duplicate=1/2,delay-ns=40000}}]", "workload.rounds=150");

        var figures = Fixture.Run(scenario, protocol).Figures;

        Assert.True(figures.Verdict == Verdict.Held, $"{figures.Verdict} {figures.Details.FirstOrDefault()}");
        Assert.Equal(figures.Dmas, figures.DmasDone + figures.DmasFaulted);
    }

    [Fact]
    public void A_run_that_is_cut_off_accounts_for_what_is_open_and_blames_nobody()
    {
        foreach (var limit in new[] { "limits.virtual-ns=100000", "limits.steps=300" })
        {
            var result = Fixture.Run(Fixture.Load("stale-dma", limit), "drain");

            Assert.NotEqual(Running.RunEnding.Complete, result.Ending);
            Assert.Equal(Verdict.Held, result.Figures.Verdict);
            Assert.True(result.Figures.DmasOpen > 0);
            Assert.Equal(result.Figures.Dmas, result.Figures.DmasDone + result.Figures.DmasFaulted + result.Figures.DmasOpen);
        }
    }
}
