using VIommuActors.Qtest.CommandLine;

namespace VIommuActors.Qtest.Tests.CommandLine;

public sealed class CommandLineErrorTests
{
    /// <summary>Words of QEMU 7.2 for the same command lines.</summary>
    [Theory]
    [InlineData("-foo", "-foo: invalid option")]
    [InlineData("--foo", "--foo: invalid option")]
    [InlineData("-machine", "-machine: requires an argument")]
    [InlineData("-machine foo", "unsupported machine type\nUse -machine help to list supported machines")]
    [InlineData("-M q35,foo=1", "Property 'q35-machine.foo' not found")]
    [InlineData("-accel kvm", "-accel kvm: invalid accelerator kvm")]
    [InlineData("-m size=512,foo=3", "-m size=512,foo=3: Invalid parameter 'foo'")]
    [InlineData("-smp foo", "Parameter 'smp.cpus' expects integer")]
    [InlineData("-smp 2,foo=1", "Parameter 'smp.foo' is unexpected")]
    [InlineData("-vga foo", "unknown vga type: foo")]
    [InlineData("-net foo", "-net foo: Parameter 'type' does not accept value 'foo'")]
    [InlineData("-device foo", "-device foo: 'foo' is not a valid device model name")]
    [InlineData("-device bus=x", "-device bus=x: Parameter 'driver' is missing")]
    [InlineData("-device edu,,id=a", "-device edu,,id=a: 'edu,id=a' is not a valid device model name")]
    [InlineData("-device edu,foo=1", "-device edu,foo=1: Property 'edu.foo' not found")]
    [InlineData("-device edu,addr=20", "-device edu,addr=20: Property 'edu.addr' doesn't take value '20'")]
    [InlineData("-device edu,addr=3.9", "-device edu,addr=3.9: Property 'edu.addr' doesn't take value '3.9'")]
    [InlineData("-device edu,addr=3.", "-device edu,addr=3.: Property 'edu.addr' doesn't take value '3.'")]
    [InlineData("-device edu,addr=", "-device edu,addr=: Property 'edu.addr' doesn't take value ''")]
    [InlineData("-device edu,addr=-1", "-device edu,addr=-1: Property 'edu.addr' doesn't take value '-1'")]
    [InlineData("-device edu,id=1x",
        "-device edu,id=1x: Parameter 'id' expects an identifier\nIdentifiers consist of letters, digits, '-', '.', '_', starting with a letter.")]
    [InlineData("-device edu,id=a -device edu,id=a", "-device edu,id=a: Duplicate ID 'a' for device")]
    [InlineData("-device edu,dma_mask=foo", "-device edu,dma_mask=foo: Parameter 'dma_mask' expects integer")]
    [InlineData("-device pci-bridge,id=b",
        "-device pci-bridge,id=b: Bridge chassis not specified. Each bridge is required to be assigned a unique chassis id > 0.")]
    [InlineData("-M none -device edu", "-device edu: No 'PCI' bus found for device 'edu'")]
    [InlineData("-M none -device intel-iommu", "-device intel-iommu: Parameter 'driver' expects a dynamic sysbus device type for the machine")]
    [InlineData("-M pc-q35-7.2 -device iommu-testdev", "-device iommu-testdev: 'iommu-testdev' is not a valid device model name")]
    [InlineData("-M pc-q35-7.2 -device intel-iommu,scalable-mode=on",
        "-device intel-iommu,scalable-mode=on: Property 'intel-iommu.scalable-mode' not found")]
    [InlineData("-device intel-iommu,aw-bits=40", "-device intel-iommu,aw-bits=40: Supported values for aw-bits are: 39, 48")]
    [InlineData("-device intel-iommu,aw-bits=zz", "-device intel-iommu,aw-bits=zz: Parameter 'aw-bits' expects integer")]
    [InlineData("-device intel-iommu,aw-bits=300", "-device intel-iommu,aw-bits=300: Parameter 'aw-bits' expects uint8_t")]
    [InlineData("-device intel-iommu,pt=1", "-device intel-iommu,pt=1: Parameter 'pt' expects 'on' or 'off'")]
    [InlineData("-device intel-iommu,eim=true", "-device intel-iommu,eim=true: Parameter 'eim' does not accept value 'true'")]
    [InlineData("-device intel-iommu,eim=on", "-device intel-iommu,eim=on: eim=on requires accel=kvm,kernel-irqchip=split")]
    [InlineData("-device intel-iommu,eim=on,intremap=off",
        "-device intel-iommu,eim=on,intremap=off: eim=on cannot be selected without intremap=on")]
    [InlineData("-device intel-iommu,x-scalable-mode=on,dma-drain=off",
        "-device intel-iommu,x-scalable-mode=on,dma-drain=off: Need to set dma_drain for scalable mode")]
    [InlineData("-device intel-iommu,x-pasid-mode=on", "-device intel-iommu,x-pasid-mode=on: Need to set scalable mode for PASID")]
    [InlineData("-device intel-iommu,addr=1", "-device intel-iommu,addr=1: Property 'intel-iommu.addr' not found")]
    [InlineData("-device intel-iommu,bus=pcie.0", "-device intel-iommu,bus=pcie.0: Device 'intel-iommu' can't go on PCIE bus")]
    [InlineData("-device intel-iommu -device intel-iommu", "-device intel-iommu: QEMU does not support multiple vIOMMUs for x86 yet.")]
    [InlineData("-global intel-iommu.aw-bits=40 -device intel-iommu", "-device intel-iommu: Supported values for aw-bits are: 39, 48")]
    [InlineData("-chardev socket,path=/x", "-chardev socket,path=/x: chardev: no id specified")]
    [InlineData("-chardev foo,id=a", "-chardev foo,id=a: 'foo' is not a valid char driver name")]
    [InlineData("-chardev socket,id=a,path=/x,foo=1", "-chardev socket,id=a,path=/x,foo=1: Invalid parameter 'foo'")]
    [InlineData("-chardev null,id=a -chardev null,id=a", "-chardev null,id=a: Duplicate ID 'a' for chardev")]
    [InlineData("-mon chardev=a,mode=control", "-mon chardev=a,mode=control: chardev \"a\" not found")]
    [InlineData("-mon mode=control", "-mon mode=control: Parameter 'chardev' is missing")]
    [InlineData("-mon foo=1", "-mon foo=1: Invalid parameter 'foo'")]
    [InlineData("-mon a,mode=foo", "-mon a,mode=foo: Parameter 'mode' does not accept value 'foo'")]
    [InlineData("-qtest foo", "'foo' is not a valid char driver\nqemu-system-x86_64: Failed to initialize device for qtest: \"foo\"")]
    [InlineData("-qtest unix:/x,foo=1",
        "Invalid parameter 'foo'\nqemu-system-x86_64: Failed to initialize device for qtest: \"unix:/x,foo=1\"")]
    [InlineData("-qtest unix:/x,wait=off",
        "'wait' option is incompatible with socket in client connect mode\nqemu-system-x86_64: Failed to initialize device for qtest: \"unix:/x,wait=off\"")]
    [InlineData("-qtest unix:/x,server=maybe",
        "Parameter 'server' expects 'on' or 'off'\nqemu-system-x86_64: Failed to initialize device for qtest: \"unix:/x,server=maybe\"")]
    [InlineData("-qtest stdio -qmp stdio", "cannot use stdio by multiple character devices")]
    public void Refused_as_qemu_refuses_it(string line, string message) => Assert.Equal(message, Refusal(line));

    [Theory]
    [InlineData("disk.img", "disk image")]
    [InlineData("-m 100T", "at most 64 GiB")]
    [InlineData("-m 1e3", "Parameter 'size' expects a non-negative number")]
    [InlineData("-m -5", "Parameter 'size' expects a non-negative number")]
    [InlineData("-m 99999999999999999999999999999999999999999999", "Parameter 'size'")]
    [InlineData("-device intel-iommu,scalable-mode=on,svm=on", "svm=on: page requests are not modelled")]
    [InlineData("-device intel-iommu,fsts=on", "only available in scalable mode")]
    [InlineData("-device intel-iommu,scalable-mode=on,fsts=on,aw-bits=39", "Supported values for aw-bits are: 48")]
    [InlineData("-device intel-iommu,scalable-mode=on,pasid-bits=21", "pasid-bits: at most 20")]
    [InlineData("-device intel-iommu,quirks=xen", "expects qemu, qemu-7.2, qemu-11.1 or spec")]
    [InlineData("-device intel-iommu,protocol=xen", "expects translate, memcpy, ats, drain")]
    [InlineData("-device intel-iommu,protocol=ats", "protocol=ats needs device-iotlb=on")]
    [InlineData("-M q35,default-bus-bypass-iommu=on", "every device is behind the unit")]
    [InlineData("-monitor stdio", "monitors speak QMP here")]
    [InlineData("-chardev null,id=a -mon a", "monitors speak QMP here")]
    [InlineData("-global foo", "expects TYPE.PROPERTY=VALUE")]
    [InlineData("-device {\"driver\":\"edu\"", "premature EOI")]
    [InlineData("-device {\"driver\":[1]}", "expects a plain value")]
    [InlineData("-qmp unix:/0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678", "is too long")]
    public void Refused_with_a_reason_of_our_own(string line, string part) => Assert.Contains(part, Refusal(line), StringComparison.Ordinal);

    [Fact]
    public void Ten_thousand_malformed_command_lines_are_taken_or_refused_with_a_sentence()
    {
        string[] words =
        [
            "-machine", "-M", "-device", "--device", "-m", "-smp", "-qtest", "-chardev", "-mon", "-global", "-accel", "-net", "-qmp", "-vga", "-display", "-S",
            "q35", "none", "pc-q35-7.2", "pc-q35-99.99.99", "pc-q35-", "intel-iommu", "intel-iommu,aw-bits=", "edu,addr=1f.7", "edu,addr=.", "512", "1e9G", "0x",
            "stdio", "unix:", "unix:/x,server", "socket,id=a,path=/y", "chardev=a,mode=control", "edu.dma_mask=-1", ".=", "=", ",", ",,,", "{", "{\"driver\":1}",
            "{'driver':'edu','id':null}", "\0", "é", "-", "--", "-foo", "no", "intel-iommu,no", "\uD800",
        ];
        var random = new Random(20261127);
        var refused = 0;
        for (var i = 0; i < 10_000; i++)
        {
            var line = Enumerable.Range(0, random.Next(1, 8)).Select(_ => Word()).ToArray();
            try
            {
                CommandLineParser.Parse(line);
            }
            catch (CommandLineException e)
            {
                Assert.NotEmpty(e.Message);
                refused++;
            }
        }
        Assert.InRange(refused, 5_000, 10_000);

        string Word()
        {
            var word = words[random.Next(words.Length)];
            if (random.Next(4) != 0) return word;
            var noise = new string([.. Enumerable.Range(0, random.Next(1, 20)).Select(_ => (char)random.Next(1, 0x250))]);
            return random.Next(2) == 0 ? word + noise : word + "," + noise;
        }
    }

    [Fact]
    public void A_command_line_has_a_length() =>
        Assert.Contains("words", Assert.Throws<CommandLineException>(() => CommandLineParser.Parse([.. Enumerable.Repeat("-S", 5000)])).Message, StringComparison.Ordinal);

    private static string Refusal(string line) =>
        Assert.Throws<CommandLineException>(() => CommandLineParser.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries))).Message;
}
