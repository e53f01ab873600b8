using Akka.Cluster;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace VIommuActors.Cluster.Hosting;

/// <summary>What probes are told. Liveness does not ask for membership: probes would kill a cluster that is forming.</summary>
internal static class NodeHealth
{
    /// <summary>Tag of the checks for <c>/health/live</c>.</summary>
    public const string Live = "live";

    /// <summary>Name and tag of the check for <c>/health/ready</c>.</summary>
    public const string Ready = "ready";

    /// <summary>Healthy while the member is Up. The regions are started before the host exists.</summary>
    public static HealthCheckResult Readiness(NodeHost? host)
    {
        if (host is null) return HealthCheckResult.Unhealthy("starting");
        if (host.Node.System.WhenTerminated.IsCompleted) return HealthCheckResult.Unhealthy("ended");
        var status = Akka.Cluster.Cluster.Get(host.Node.System).SelfMember.Status;
        return status == MemberStatus.Up ? HealthCheckResult.Healthy("Up") : HealthCheckResult.Unhealthy(status.ToString());
    }
}
