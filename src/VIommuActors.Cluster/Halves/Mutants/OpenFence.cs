using Akka.Actor;
using VIommuActors.Cluster.Runs;
using VIommuActors.Wire.Messages;

namespace VIommuActors.Cluster.Halves.Mutants;

/// <summary>A deliberate defect: the fence lets accesses of a closed session through to guest memory.</summary>
internal sealed class OpenFence(RunOnNode run, int vm, IActorRef deviceModels) : HypervisorHalf(run, vm, deviceModels)
{
    public const string Name = "cluster-open-fence";

    protected override void Foreign(LinkFrame frame)
    {
        if (frame.Message is Protocols.Messages.DmaAccess) Arrived(frame);
        else base.Foreign(frame);
    }
}
