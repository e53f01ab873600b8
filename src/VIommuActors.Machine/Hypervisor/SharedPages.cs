using VIommuActors.Xen.Events;
using VIommuActors.Xen.Hypercalls;
using VIommuActors.Xen.IoRequests;

namespace VIommuActors.Machine.Hypervisor;

/// <summary>What one emulator and the hypervisor share as memory: the ioreq page and the pending bits of the emulator's ports.</summary>
public sealed class SharedPages(EventChannels channels, XenDomainId emulator, int vcpus)
{
    /// <summary>One slot per vCPU.</summary>
    public IoreqPage Page { get; } = new(vcpus);

    /// <summary>The emulator's own domain.</summary>
    public XenDomainId Emulator => emulator;

    /// <summary>The emulator clears the bit of one of its ports; it does so before it looks at the page.</summary>
    public bool ClearPending(EventPort port)
    {
        lock (channels)
        {
            return channels.ClearPending(emulator, port);
        }
    }
}
