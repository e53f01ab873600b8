using VIommuActors.Vtd;

namespace VIommuActors.Qtest.CommandLine;

/// <summary>The properties of <c>-device intel-iommu</c> as given; what is not given is as the release has it.</summary>
internal sealed record UnitProperties
{
    /// <summary>Guest address width in bits, 39 or 48; null when not given.</summary>
    public int? AddressWidth { get; init; }

    /// <summary>Caching mode.</summary>
    public bool CachingMode { get; init; }

    /// <summary>Extended interrupt mode, decided.</summary>
    public bool ExtendedInterruptMode { get; init; }

    /// <summary>Interrupt remapping, decided.</summary>
    public bool InterruptRemapping { get; init; } = true;

    /// <summary>Pass-through contexts.</summary>
    public bool PassThrough { get; init; } = true;

    /// <summary>Read and write drain.</summary>
    public bool Drain { get; init; } = true;

    /// <summary>Snoop control.</summary>
    public bool SnoopControl { get; init; }

    /// <summary>Device TLBs.</summary>
    public bool DeviceTlb { get; init; }

    /// <summary>Address translation at all; off leaves interrupt remapping.</summary>
    public bool DmaTranslation { get; init; } = true;

    /// <summary>Scalable mode.</summary>
    public bool ScalableMode { get; init; }

    /// <summary>First-level tables.</summary>
    public bool FirstLevel { get; init; }

    /// <summary>First-level pages of 1 GiB.</summary>
    public bool FirstLevel1GiB { get; init; } = true;

    /// <summary>Requests with PASID.</summary>
    public bool Pasid { get; init; }

    /// <summary>Bits of a PASID; 0 without.</summary>
    public int PasidBits { get; init; }

    /// <summary>Checks what has been given against each other, as QEMU does when the device is realized.</summary>
    /// <returns>The unit's properties.</returns>
    /// <exception cref="CommandLineException">They contradict each other, or ask for what the model cannot be.</exception>
    public static UnitProperties From(OptionText device, QemuRelease release)
    {
        bool Flag(string key, bool otherwise) => device.Flag(key, otherwise);

        var width = device["aw-bits"] is { } bits && OptionText.TryNumber(bits, out var number) ? (int)number : (int?)null;
        var scalable = Flag("x-scalable-mode", false) || Flag("scalable-mode", false);
        var firstLevel = Flag("x-flts", false) || Flag("flts", false) || Flag("fsts", false);
        var pasidBits = device["pasid-bits"] is { } size && OptionText.TryNumber(size, out var asked) ? (int)asked : 0;
        var remaps = device["intremap"] != "off";
        var buggyEim = Flag("x-buggy-eim", false);
        var properties = new UnitProperties
        {
            AddressWidth = width,
            CachingMode = Flag("caching-mode", false),
            InterruptRemapping = remaps,
            ExtendedInterruptMode = device["eim"] == "on" || (device["eim"] is null or "auto" && buggyEim && remaps),
            PassThrough = Flag("pt", true),
            Drain = Flag("dma-drain", true),
            SnoopControl = Flag("snoop-control", false),
            DeviceTlb = Flag("device-iotlb", false),
            DmaTranslation = Flag("dma-translation", true),
            ScalableMode = scalable,
            FirstLevel = firstLevel,
            FirstLevel1GiB = Flag("fs1gp", true),
            Pasid = Flag("x-pasid-mode", false) || pasidBits > 0,
            PasidBits = pasidBits,
        };

        if (width is not (null or 39 or 48)) throw device.Error("Supported values for aw-bits are: 39, 48");
        if (device["eim"] == "on" && !remaps) throw device.Error("eim=on cannot be selected without intremap=on");
        if (device["eim"] == "on" && release == QemuRelease.Qemu7 && !buggyEim)
        {
            throw device.Error("eim=on requires accel=kvm,kernel-irqchip=split");
        }
        if (scalable && !properties.Drain) throw device.Error("Need to set dma_drain for scalable mode");
        if (properties.Pasid && !scalable) throw device.Error("Need to set scalable mode for PASID");
        if (pasidBits > 20) throw device.Error("pasid-bits: at most 20");
        if (firstLevel && !scalable) throw device.Error("first-level tables (fsts, flts) are only available in scalable mode");
        if (firstLevel && width == 39) throw device.Error("Supported values for aw-bits are: 48");
        if (Flag("svm", false)) throw device.Error("svm=on: page requests are not modelled");
        return properties;
    }

    /// <summary>The unit of a release, with its ways or (null) the specification's.</summary>
    public VtdOptions ToOptions(QemuRelease release, QemuRelease? quirks)
    {
        var width = AddressWidth ?? (release == QemuRelease.Qemu7 ? 39 : 48);
        return new VtdOptions
        {
            AddressWidth = width,
            // 7.2 ties the two; 11.1 has a 48-bit host unless it is told 39.
            HostAddressWidth = width,
            CachingMode = CachingMode,
            InterruptRemapping = InterruptRemapping,
            PassThrough = PassThrough,
            Drain = Drain,
            SnoopControl = SnoopControl,
            DeviceTlb = DeviceTlb,
            EnhancedSetRootPointer = release != QemuRelease.Qemu7,
            ExtendedInterruptMode = ExtendedInterruptMode,
            DmaTranslation = DmaTranslation,
            ScalableMode = ScalableMode,
            FirstLevel = FirstLevel,
            FirstLevelGiantPages = FirstLevel1GiB,
            // x-pasid-mode of 7.2 announces the smallest width.
            PasidBits = PasidBits > 0 ? PasidBits : Pasid ? 1 : 0,
            Quirks = quirks,
        };
    }
}
