using VIommuActors.Protocols;
using VIommuActors.Protocols.Seam;
using VIommuActors.Scenarios.Model;

namespace VIommuActors.Blueprints.Verdicts;

/// <summary>Which designs can run which scenarios.</summary>
public static class Compatibility
{
    /// <summary>The design of that name, which can run the scenario.</summary>
    /// <exception cref="UnsupportedCombinationException">There is none, or it cannot.</exception>
    public static IProtocol Require(Scenario scenario, string name)
    {
        var protocol = ProtocolCatalog.Find(name) ?? throw new UnsupportedCombinationException(
            "protocol", name, "there is no such design", string.Join(", ", ProtocolCatalog.All.Select(known => known.Name)));
        return Problem(scenario, protocol) is { } problem ? throw problem : protocol;
    }

    /// <summary>Why the design cannot run the scenario; null when it can.</summary>
    public static UnsupportedCombinationException? Problem(Scenario scenario, IProtocol protocol)
    {
        if (!protocol.WorksWithRegisters && scenario.Invalidation == InvalidationInterface.Register)
        {
            return new UnsupportedCombinationException(
                "invalidation",
                "register",
                $"{protocol.Name} needs queued invalidation: registers cannot invalidate a device TLB",
                "queued");
        }
        return protocol.UsesDeviceTlb && scenario.Workload.Kind == WorkloadKind.AttachDetach
            ? new UnsupportedCombinationException(
                "workload.kind", "attach-detach", $"{protocol.Name} needs TT=1, and pass-through is TT=2", "map-dma-unmap, storm, trace")
            : null;
    }
}
