using VIommuActors.Protocols.Common;
using VIommuActors.Protocols.Messages;
using VIommuActors.Protocols.Seam;
using VIommuActors.Vtd.Invalidation;

namespace VIommuActors.Protocols.BareTranslate;

/// <summary>The bare translate hypercall: nobody keeps track of who still uses an answer. Unsafe, and here to be shown to be.</summary>
public sealed class BareTranslateProtocol : IProtocol
{
    /// <inheritdoc/>
    public string Name => "translate";

    /// <inheritdoc/>
    public bool WorksWithRegisters => true;

    /// <inheritdoc/>
    public bool UsesDeviceTlb => false;

    /// <inheritdoc/>
    public bool ClaimsSafety => false;

    /// <inheritdoc/>
    public IHypervisorHalf CreateHypervisorHalf(IHypervisorPort port, ProtocolOptions options) => new Hypervisor(port);

    /// <inheritdoc/>
    public IDeviceModelHalf CreateDeviceModelHalf(IDeviceModelPort port, ProtocolOptions options) => IdleDeviceModel.Instance;

    /// <inheritdoc/>
    public IDeviceHalf CreateDeviceHalf(IDevicePort port, ProtocolOptions options) => new Device(port);

    private sealed class Hypervisor(IHypervisorPort port) : IHypervisorHalf
    {
        public bool Flushed(in Invalidation invalidation) => true;

        public bool Receive(Message message)
        {
            if (message is not TranslateCall call) return false;
            TranslateService.Answer(port, call);
            return true;
        }
    }

    private sealed class Device(IDevicePort port) : IDeviceHalf
    {
        private readonly TranslatedAccess _access = new(port);

        public void Start(in DeviceAccess access) => _access.Start(access);

        public void Release(int slot) => _access.Release(slot);

        public bool Receive(Message message) => _access.Receive(message);
    }
}
