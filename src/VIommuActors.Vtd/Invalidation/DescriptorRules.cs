using VIommuActors.Vtd.Spec;

namespace VIommuActors.Vtd.Invalidation;

/// <summary>Which descriptors a unit accepts.</summary>
/// <remarks>
/// Reserved bits per type are those of the specification without PFSID and without posted interrupts, which is what QEMU 11.1 refuses. QEMU
/// 7.2 is laxer with some types and stricter with waits: measured one descriptor at a time.
/// </remarks>
internal sealed class DescriptorRules(VtdOptions options)
{
    private const ulong ContextLow = 0xfffc0000_0000f1c0, IotlbLow = 0xffffffff_0000f100, IotlbHigh = 0xf80;
    private const ulong DeviceLow = 0xffff0000_ffe0f1f0, DeviceHigh = 0xffe, InterruptLow = 0xffff0000_07fff1e0;
    private const ulong WaitLow = 0xfffff180, WaitHigh = 3;
    private const ulong PasidIotlbLow = 0xfff00000_0000f1c0, PasidIotlbHigh = 0xf80, PasidCacheLow = 0xfff00000_0000f1c0;
    private const ulong PasidDeviceLow = 0xfff00000_0000f000, PasidDeviceHigh = 0x7fe;

    private readonly bool _seven = options.Quirks == QemuRelease.Qemu7;

    /// <summary>What is wrong with a descriptor, if anything.</summary>
    public QueueErrorInfo Check(in InvalidationDescriptor descriptor)
    {
        var (low, high) = (descriptor.Low, descriptor.High);
        switch (descriptor.Type)
        {
            case DescriptorType.Context:
                return Accept((low & ContextLow) == 0 && high == 0 && descriptor.Granularity != 0);
            case DescriptorType.Iotlb:
                return Accept((low & IotlbLow) == 0 && (high & IotlbHigh) == 0 && descriptor.Granularity != 0
                    && (descriptor.Granularity != 3 || descriptor.AddressMask <= Cap.MaxAddressMask));
            case DescriptorType.DeviceTlb:
                return Accept((low & DeviceLow) == 0 && (high & DeviceHigh) == 0);
            case DescriptorType.InterruptEntry when options.InterruptRemapping || options.QemuQuirks:
                return Accept(_seven || ((low & InterruptLow) == 0 && high == 0));
            case DescriptorType.Wait:
                var status = descriptor.Interrupt || descriptor.StatusWrite || (descriptor.Fence && !_seven);
                return Accept((low & WaitLow) == 0 && (high & WaitHigh) == 0 && status);
            case DescriptorType.PasidIotlb or DescriptorType.PasidCache when _seven:
                return QueueErrorInfo.None;
            case DescriptorType.PasidIotlb when options.ScalableMode:
                return Accept((low & PasidIotlbLow) == 0 && (high & PasidIotlbHigh) == 0 && descriptor.Granularity >= 2
                    && (descriptor.Granularity != 3 || descriptor.AddressMask <= Cap.MaxAddressMask));
            case DescriptorType.PasidCache when options.ScalableMode:
                return Accept((low & PasidCacheLow) == 0 && high == 0 && descriptor.Granularity != 2);
            case DescriptorType.PasidDeviceTlb when options.ScalableMode && !_seven:
                return Accept((low & PasidDeviceLow) == 0 && (high & PasidDeviceHigh) == 0);
            default:
                return QueueErrorInfo.InvalidType;
        }
    }

    private static QueueErrorInfo Accept(bool ok) => ok ? QueueErrorInfo.None : QueueErrorInfo.ReservedField;
}
