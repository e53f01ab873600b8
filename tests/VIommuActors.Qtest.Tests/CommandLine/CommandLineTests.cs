using VIommuActors.Qtest.CommandLine;
using VIommuActors.Vtd;

namespace VIommuActors.Qtest.Tests.CommandLine;

public sealed class CommandLineTests
{
    [Fact]
    public void The_command_line_of_libqtest()
    {
        var command = Parse(
            "-qtest unix:/tmp/qtest-1.sock -qtest-log /dev/null -chardev socket,path=/tmp/qtest-1.qmp,id=char0 -mon chardev=char0,mode=control "
            + "-display none -audio none -run-with exit-with-parent=on -machine q35 -smp 1 -m 512 -net none -device intel-iommu,scalable-mode=on "
            + "-device iommu-testdev -accel qtest");
        Assert.Equal(QemuRelease.Qemu11, command.Release);
        Assert.Equal(
            [(EndpointKind.Monitor, Transport.Connect, "/tmp/qtest-1.qmp"), (EndpointKind.Qtest, Transport.Connect, "/tmp/qtest-1.sock")],
            command.Endpoints.Select(endpoint => (endpoint.Kind, endpoint.Transport, endpoint.Path)));
        var platform = command.Platform!;
        Assert.Equal((512UL << 20, true, false, QemuRelease.Qemu11), (platform.RamBytes, platform.Vga, platform.Nic, platform.Release));
        Assert.Equal(["iommu-testdev"], platform.Devices.Select(device => device.Type));
        Assert.Equal((48, 48, QemuRelease.Qemu11), (platform.Unit!.AddressWidth, platform.Unit.HostAddressWidth, platform.Unit.Quirks!.Value));
        Assert.Equal("translate", platform.Protocol.Name);
        Assert.Empty(command.Warnings);
    }

    [Fact]
    public void Without_words_it_is_a_q35_of_the_old_release_with_its_defaults()
    {
        var command = Parse("");
        Assert.Equal((QemuRelease.Qemu7, false), (command.Release, command.StartsPaused));
        Assert.Equal((128UL << 20, true, true), (command.Platform!.RamBytes, command.Platform.Vga, command.Platform.Nic));
        Assert.Null(command.Platform.Unit);
    }

    [Fact]
    public void No_machine_is_no_platform() => Assert.Null(Parse("-machine none -S").Platform);

    [Theory]
    [InlineData("-device intel-iommu", QemuRelease.Qemu7, 39)]
    [InlineData("-M pc-q35-9.2 -device intel-iommu,aw-bits=48", QemuRelease.Qemu7, 48)]
    [InlineData("-M pc-q35-10.0 -device intel-iommu", QemuRelease.Qemu11, 48)]
    [InlineData("-M pc-q35-11.1 -device intel-iommu,aw-bits=39", QemuRelease.Qemu11, 39)]
    [InlineData("-M q35 -device intel-iommu,x-scalable-mode=on", QemuRelease.Qemu7, 39)]
    [InlineData("-M q35 -device intel-iommu,x-scalable-mode=on,x-flts=on", QemuRelease.Qemu11, 48)]
    [InlineData("-M q35 -device intel-iommu,scalable-mode=on,fsts=on", QemuRelease.Qemu11, 48)]
    [InlineData("-M q35 -audio none -device intel-iommu", QemuRelease.Qemu11, 48)]
    [InlineData("-M q35 -audio none -device intel-iommu,quirks=qemu-7.2", QemuRelease.Qemu7, 39)]
    [InlineData("-M pc-q35-7.2 -device intel-iommu,quirks=qemu-11.1", QemuRelease.Qemu11, 48)]
    public void The_release_follows_from_what_is_asked_for(string line, QemuRelease release, int width)
    {
        var command = Parse(line);
        Assert.Equal(release, command.Release);
        Assert.Equal((width, width, (QemuRelease?)release),
            (command.Platform!.Unit!.AddressWidth, command.Platform.Unit.HostAddressWidth, command.Platform.Unit.Quirks));
    }

    [Theory]
    [InlineData("", ClockKind.RunningAndStepped)]
    [InlineData("-accel qtest", ClockKind.Stepped)]
    [InlineData("-accel qtest -icount shift=0,sleep=off", ClockKind.Stepped)]
    [InlineData("-accel tcg", ClockKind.Running)]
    [InlineData("-M q35,accel=tcg", ClockKind.Running)]
    [InlineData("-accel tcg -icount shift=0,sleep=on", ClockKind.Running)]
    [InlineData("-accel tcg -icount shift=0,sleep=off", ClockKind.Jumping)]
    public void What_moves_the_clock_follows_from_the_accelerator(string line, ClockKind clock) => Assert.Equal(clock, Parse(line).Clock);

    [Theory]
    [InlineData("", null)]
    [InlineData("-qtest-log none", null)]
    [InlineData("-qtest-log /dev/null", null)]
    [InlineData("-qtest-log /tmp/log", "/tmp/log")]
    public void A_log_is_kept_when_a_file_is_named(string line, string? file) => Assert.Equal(file, Parse(line).QtestLog);

    [Fact]
    public void Properties_of_the_unit_reach_it()
    {
        var unit = Parse("-device intel-iommu,scalable-mode=on,fsts=on,fs1gp=off,pasid-bits=20,eim=on,device-iotlb=on").Platform!.Unit!;
        Assert.True(unit is { ScalableMode: true, FirstLevel: true, FirstLevelGiantPages: false, PasidBits: 20, ExtendedInterruptMode: true });
        unit = Parse("-device intel-iommu,x-scalable-mode=on,x-pasid-mode=on,dma-translation=off").Platform!.Unit!;
        Assert.True(unit is { ScalableMode: true, FirstLevel: false, PasidBits: 1, DmaTranslation: false });
    }

    [Fact]
    public void The_specifications_ways_and_another_design()
    {
        var platform = Parse("-device intel-iommu,quirks=spec,protocol=drain,caching-mode=on,snoop-control=yes,pt=false,dma-drain=off,intremap=off").Platform!;
        Assert.Equal("drain", platform.Protocol.Name);
        var unit = platform.Unit!;
        Assert.Null(unit.Quirks);
        Assert.True(unit.CachingMode && unit.SnoopControl && !unit.PassThrough && !unit.Drain && !unit.InterruptRemapping);
    }

    [Fact]
    public void Devices_keep_their_order_places_and_properties()
    {
        var devices = Parse(
            "-device pcie-root-port,id=rp,chassis=1,addr=4.1 --device edu,bus=rp,dma_mask=0xffffffff -device id=e,driver=edu,addr=03 "
            + "-device {\"driver\":\"edu\",\"id\":\"j\",\"multifunction\":true,\"dma_mask\":7}").Platform!.Devices;
        Assert.Equal([("pcie-root-port", "rp", ""), ("edu", "", "rp"), ("edu", "e", ""), ("edu", "j", "")],
            devices.Select(device => (device.Type, device.Id, device.Bus)));
        Assert.Equal([(4, 1), null, (3, 0), null], devices.Select(device => device.Address));
        Assert.Equal("0xffffffff", devices[1].Properties["dma_mask"]);
        Assert.Equal(("on", "7"), (devices[3].Properties["multifunction"], devices[3].Properties["dma_mask"]));
        Assert.DoesNotContain("addr", devices[0].Properties.Keys);
    }

    [Fact]
    public void Global_properties_come_before_a_devices_own()
    {
        var command = Parse(
            "-global edu.dma_mask=1 -global driver=intel-iommu,property=aw-bits,value=48 -global foo.bar=1 -device intel-iommu -device edu -device edu,dma_mask=2");
        Assert.Equal(48, command.Platform!.Unit!.AddressWidth);
        Assert.Equal(["1", "2"], command.Platform.Devices.Select(device => device.Properties["dma_mask"]));
        Assert.Equal("warning: global foo.bar=1 not used", Assert.Single(command.Warnings));
    }

    [Theory]
    [InlineData("512", 512UL << 20)]
    [InlineData("512M", 512UL << 20)]
    [InlineData("1G", 1UL << 30)]
    [InlineData("size=1.5G", 3UL << 29)]
    [InlineData("512,slots=2,maxmem=4G", 512UL << 20)]
    [InlineData("9000B", 16384UL)]
    [InlineData("0x100", 256UL << 20)]
    [InlineData("0", 128UL << 20)]
    [InlineData("64G", 64UL << 30)]
    public void Sizes_of_memory(string text, ulong bytes) => Assert.Equal(bytes, Parse($"-m {text}").Platform!.RamBytes);

    [Theory]
    [InlineData("-qtest stdio", EndpointKind.Qtest, Transport.Stdio, "", false)]
    [InlineData("-qtest unix:/a,server=on,wait=off", EndpointKind.Qtest, Transport.Listen, "/a", false)]
    [InlineData("-qtest unix:/a,server,nowait", EndpointKind.Qtest, Transport.Listen, "/a", false)]
    [InlineData("-qtest unix:path=/a,,b,server=on", EndpointKind.Qtest, Transport.Listen, "/a,b", true)]
    [InlineData("-qtest chardev:c -chardev stdio,id=d", null, null, null, false)]
    [InlineData("-chardev stdio,id=c -qtest chardev:c", EndpointKind.Qtest, Transport.Stdio, "", false)]
    [InlineData("-qmp unix:/m", EndpointKind.Monitor, Transport.Connect, "/m", false)]
    [InlineData("-mon m,mode=control -chardev socket,id=m,path=/m,server=on,wait=off", EndpointKind.Monitor, Transport.Listen, "/m", false)]
    public void Endpoints(string line, EndpointKind? kind, Transport? transport, string? path, bool waits)
    {
        if (kind is null)
        {
            Assert.Throws<CommandLineException>(() => Parse(line));
            return;
        }
        var endpoint = Assert.Single(Parse(line).Endpoints);
        Assert.Equal((kind, transport, path, waits), (endpoint.Kind, endpoint.Transport, endpoint.Path, endpoint.Waits));
    }

    [Theory]
    [InlineData("-machine none -qtest none")]
    [InlineData("-nodefaults -nographic -vga none -no-reboot -no-shutdown -cpu max -L /x -bios b -boot c -rtc base=utc -trace x -sandbox on -pidfile p")]
    [InlineData("-serial none -parallel none -monitor none -name n -uuid 1 -accel tcg -M q35,accel=qtest,kernel-irqchip=split,smm=off -smp cpus=2,sockets=1")]
    [InlineData("-device intel-iommu,version=3,x-buggy-eim=on,eim=on,device-iotlb=on,dma-translation=on,protocol=ats")]
    [InlineData("-device intel-iommu,id=x,id=y,aw-bits=48,aw-bits=39,")]
    public void What_changes_nothing_is_taken(string line) => Assert.Empty(Parse(line).Warnings);

    [Fact]
    public void Truth_values_without_a_value_are_taken_with_a_warning()
    {
        var command = Parse("-device intel-iommu,caching-mode,nopt");
        Assert.True(command.Platform!.Unit!.CachingMode && !command.Platform.Unit.PassThrough);
        Assert.Equal(2, command.Warnings.Length);
        Assert.Equal(
            "-device intel-iommu,caching-mode,nopt: warning: short-form boolean option 'caching-mode' deprecated\nPlease use caching-mode=on instead",
            command.Warnings[0]);
    }

    [Fact]
    public void The_version_is_asked_for() => Assert.True(Parse("-foo --version").WantsVersion);

    private static QemuCommandLine Parse(string line) => CommandLineParser.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
