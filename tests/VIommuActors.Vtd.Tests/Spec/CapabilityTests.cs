using VIommuActors.Vtd.Spec;

namespace VIommuActors.Vtd.Tests.Spec;

/// <summary>CAP and ECAP of QEMU 7.2 and 11.1 with the same options, read over qtest.</summary>
public sealed class CapabilityTests
{
    public static TheoryData<string, VtdOptions, ulong, ulong> Measured => new()
    {
        { "11.1, none", new VtdOptions(), 0x80d2008c222f0606, 0x00f00f4a },
        { "11.1, intremap=off", new VtdOptions { InterruptRemapping = false }, 0x80d2008c222f0606, 0x00000f42 },
        { "11.1, caching-mode=on", new VtdOptions { CachingMode = true }, 0x80d2008c222f0686, 0x00f00f4a },
        { "11.1, aw-bits=39", new VtdOptions { AddressWidth = 39 }, 0x80d2008c22260206, 0x00f00f4a },
        { "11.1, device-iotlb=on", new VtdOptions { DeviceTlb = true }, 0x80d2008c222f0606, 0x00f00f4e },
        { "11.1, snoop-control=on", new VtdOptions { SnoopControl = true }, 0x80d2008c222f0606, 0x00f00fca },
        { "7.2, none", new VtdOptions { AddressWidth = 39, EnhancedSetRootPointer = false }, 0x00d2008c22260206, 0x00f00f4a },
        { "7.2, aw-bits=48", new VtdOptions { EnhancedSetRootPointer = false }, 0x00d2008c222f0606, 0x00f00f4a },
        {
            "7.2, caching-mode=on", new VtdOptions { AddressWidth = 39, EnhancedSetRootPointer = false, CachingMode = true },
            0x00d2008c22260286, 0x00f00f4a
        },
        {
            "7.2, dma-drain=off", new VtdOptions { AddressWidth = 39, EnhancedSetRootPointer = false, Drain = false },
            0x0012008c22260206, 0x00f00f4a
        },
        {
            "7.2, pt=off", new VtdOptions { AddressWidth = 39, EnhancedSetRootPointer = false, PassThrough = false },
            0x00d2008c22260206, 0x00f00f0a
        },
        { "11.1, scalable-mode=on", new VtdOptions { ScalableMode = true }, 0x80d2008c222f0606, 0x0000480080f00f4a },
        {
            "11.1, scalable-mode=on,pasid-bits=20", new VtdOptions { ScalableMode = true, PasidBits = 20 },
            0x80d2008c222f0606, 0x0000499880f00f4a
        },
        {
            "11.1, scalable-mode=on,fsts=on", new VtdOptions { ScalableMode = true, FirstLevel = true },
            0x81d2008c222f0606, 0x0000880000f00f4a
        },
        {
            "11.1, scalable-mode=on,fsts=on,fs1gp=off",
            new VtdOptions { ScalableMode = true, FirstLevel = true, FirstLevelGiantPages = false }, 0x80d2008c222f0606, 0x0000880000f00f4a
        },
        { "11.1, eim=on", new VtdOptions { ExtendedInterruptMode = true }, 0x80d2008c222f0606, 0x00f00f5a },
        { "7.2, x-scalable-mode=on,x-pasid-mode=on", Seven with { ScalableMode = true, PasidBits = 1 }, 0x00d2008c22260206, 0x0000490080f00f4a },
        {
            "7.2, snoop-control=on,x-scalable-mode=on,device-iotlb=on", Seven with { SnoopControl = true, ScalableMode = true, DeviceTlb = true },
            0x00d2008c22260206, 0x0000480080f00fce
        },
        {
            "7.2, intremap=off,x-scalable-mode=on", Seven with { InterruptRemapping = false, ScalableMode = true },
            0x00d2008c22260206, 0x0000480080000f42
        },
    };

    private static VtdOptions Seven => new() { AddressWidth = 39, EnhancedSetRootPointer = false };

    [Theory]
    [InlineData(39, 0x00d2008c22260006UL)]
    [InlineData(48, 0x00d2008c222f0006UL)]
    public void A_unit_without_dma_translation_offers_no_width(int width, ulong cap)
    {
        var bench = new Bench(Seven with { AddressWidth = width, DmaTranslation = false });
        Assert.Equal(cap, bench.R8(0x08));
        bench.W4(0x18, 0xc0000000);
        Assert.Equal(0x40000000U, bench.R4(0x1c));
    }

    [Theory]
    [MemberData(nameof(Measured))]
    public void Registers_equal_the_measured_ones(string measurement, VtdOptions options, ulong cap, ulong ecap)
    {
        var bench = new Bench(options);
        Assert.True((cap, ecap) == (bench.R8(0x08), bench.R8(0x10)), $"{measurement}: 0x{bench.R8(0x08):x16} 0x{bench.R8(0x10):x16}");
    }

    [Theory]
    [MemberData(nameof(Measured))]
    public void Recorded_registers_give_the_options_back(string measurement, VtdOptions options, ulong cap, ulong ecap) =>
        Assert.True(options == VtdOptions.FromCapabilities(cap, ecap), measurement);

    [Theory]
    [InlineData(0x81d2008c222f0606, 0x00008d9a20f00f4e, "ECAP.PRS")] // fsts=on,pasid-bits=20,svm=on,device-iotlb=on
    [InlineData(0x80d2008c222f0606, 0x0000c80080f00f4a, "ECAP.SLTS")] // both kinds of tables
    [InlineData(0x80d2008c222f0e06, 0x00f00f4a, "CAP.SAGAW")]
    [InlineData(0x80c9008c222f0606, 0x00f00f4a, "CAP.MAMV")]
    [InlineData(0x80d2008c222f0616, 0x00f00f4a, "CAP.RWBF")]
    [InlineData(0x8052008c222f0606, 0x00f00f4a, "CAP.DWD")]           // DWD without DRD
    [InlineData(0x80d2008c222f0606, 0x00f00f4b, "ECAP.C")]
    [InlineData(0x80d2008c222f0606, 0x00000f4a, "ECAP.MHMV")]
    [InlineData(0x80d2018c222f0606, 0x00f00f4a, "CAP.NFR")]
    [InlineData(0x84d2008c222f0606, 0x00f00f4a, "CAP bits 0x400000000000000")]
    public void What_the_model_cannot_follow_is_named(ulong cap, ulong ecap, string field)
    {
        var error = Assert.Throws<ArgumentException>(() => VtdOptions.FromCapabilities(cap, ecap));
        Assert.Contains(field, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Fields_of_the_default_decode()
    {
        var cap = new Cap(0x80d2008c222f0606);
        Assert.Equal((65536, (byte)0b110, 48, 0x220U, 1), (cap.DomainIds, cap.SupportedWidths, cap.GuestAddressWidth, cap.FaultRecordOffset, cap.FaultRecords));
        Assert.Equal((18, (byte)3, true, true, true, true), (cap.AddressMaskMax, cap.LargePages, cap.PageSelective, cap.WriteDrain, cap.ReadDrain, cap.EnhancedSetRootPointer));
        Assert.False(cap.CachingMode);
        var ecap = new Ecap(0x00f00f4e);
        Assert.Equal((0xf0U, true, true, true, true, false),
            (ecap.InvalidationOffset, ecap.QueuedInvalidation, ecap.DeviceTlb, ecap.InterruptRemapping, ecap.PassThrough, ecap.SnoopControl));
    }

    [Fact]
    public void Options_out_of_range_are_refused_by_name()
    {
        Refused(new VtdOptions { AddressWidth = 57 }, nameof(VtdOptions.AddressWidth));
        Refused(new VtdOptions { HostAddressWidth = 53 }, nameof(VtdOptions.HostAddressWidth));
        Refused(new VtdOptions { IotlbCapacity = 0 }, nameof(VtdOptions.IotlbCapacity));
        Refused(new VtdOptions { ContextCacheCapacity = 0 }, nameof(VtdOptions.ContextCacheCapacity));

        static void Refused(VtdOptions options, string name) =>
            Assert.Contains(name, Assert.Throws<ArgumentException>(() => new Bench(options)).Message, StringComparison.Ordinal);
    }
}
