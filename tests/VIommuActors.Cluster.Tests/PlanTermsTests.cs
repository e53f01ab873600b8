using VIommuActors.Blueprints.Faults;
using VIommuActors.Cluster.Links;
using VIommuActors.Cluster.Nodes;

namespace VIommuActors.Cluster.Tests;

/// <summary>What a plan means in virtual time is what it does to processes.</summary>
public sealed class PlanTermsTests
{
    [Fact]
    public void The_terms_are_those_of_links_and_of_the_clusters_configuration()
    {
        Assert.Equal(LinkEnd.FirstTimeoutNs, ClusterTerms.FirstRetryNs);
        Assert.Equal(LinkEnd.LongestTimeoutNs, ClusterTerms.LongestRetryNs);
        var config = NodeHocon.For(new NodeSettings { Role = NodeRole.Hypervisor });
        Assert.Equal(
            TimeSpan.FromTicks(ClusterTerms.NoticeNs / 100),
            config.GetTimeSpan("akka.cluster.failure-detector.acceptable-heartbeat-pause"));
        Assert.Equal(TimeSpan.FromTicks(ClusterTerms.DecideNs / 100), config.GetTimeSpan("akka.cluster.split-brain-resolver.stable-after"));
    }

    [Fact]
    public void A_frame_goes_again_when_its_link_would_send_it_again()
    {
        var end = new LinkEnd(1, 1);
        end.Send(new Protocols.Messages.NodeId(1), new Protocols.Messages.Wake(new Protocols.Messages.NodeId(0), 0), [], [], 0);
        var again = new List<Wire.Messages.LinkFrame>();
        for (long now = 0; now < 12_000_000_000; now += 100_000_000)
        {
            again.Clear();
            end.Due(now, again);
            if (again.Count > 0) Assert.Equal(now, ClusterTerms.RetryFrom(0, now));
        }
    }
}
