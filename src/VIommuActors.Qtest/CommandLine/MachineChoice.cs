using System.Globalization;
using VIommuActors.Vtd;

namespace VIommuActors.Qtest.CommandLine;

/// <summary>What <c>-machine</c> says; later ones add to earlier ones. Without a type it is a q35.</summary>
internal sealed class MachineChoice
{
    private const string Q35 = "pc-q35-";

    private static readonly HashSet<string> Harmless =
    [
        "kernel-irqchip", "dump-guest-core", "usb", "vmport", "smm", "hpet", "graphics", "mem-merge", "nvdimm", "hmat", "pic", "pit", "sata",
        "smbus", "i8042", "acpi", "fd-bootchk", "suppress-vmdesc", "smbios-entry-point-type", "kvm-type", "kvm-shadow-mem", "firmware",
    ];

    private string _type = "q35";

    /// <summary>No machine at all.</summary>
    public bool IsNone => _type == "none";

    /// <summary>The release that a versioned type belongs to; null for a plain one.</summary>
    public QemuRelease? Release { get; private set; }

    /// <summary>Reads one option.</summary>
    /// <exception cref="CommandLineException">A machine that is not modelled, or a key that it does not have.</exception>
    public void Read(OptionText option)
    {
        foreach (var (key, value) in option.Pairs)
        {
            if (key == "type") TakeType(value);
            else if (key == "accel") CheckAccelerator(option);
            else if (key == "default-bus-bypass-iommu")
            {
                if (option.Flag(key, false)) throw option.Error($"{key}=on: every device is behind the unit");
            }
            else if (!Harmless.Contains(key)) throw new CommandLineException($"Property '{_type}-machine.{key}' not found");
        }
    }

    /// <summary>Checks the number of CPUs: it makes no difference, but a mistake is told.</summary>
    public static void CheckCpus(OptionText option)
    {
        foreach (var (key, value) in option.Pairs)
        {
            if (key is not ("cpus" or "maxcpus" or "sockets" or "dies" or "clusters" or "modules" or "drawers" or "books" or "cores" or "threads"))
            {
                throw new CommandLineException($"Parameter 'smp.{key}' is unexpected");
            }
            if (!long.TryParse(value.Length == 0 ? "1" : value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var count))
            {
                throw new CommandLineException($"Parameter 'smp.{key}' expects integer");
            }
            if (count is < 0 or > 4096) throw new CommandLineException($"Invalid SMP CPUs {count}");
        }
    }

    /// <summary>Checks the accelerator: only those that can be driven by a test client.</summary>
    public static void CheckAccelerator(OptionText option)
    {
        var name = option["accel"];
        if (name is not ("qtest" or "tcg")) throw option.Error($"invalid accelerator {name}");
    }

    private void TakeType(string type)
    {
        if (type is not ("q35" or "none"))
        {
            var parts = type.StartsWith(Q35, StringComparison.Ordinal) ? type[Q35.Length..].Split('.') : [];
            if (parts.Length is < 2 or > 3 || !parts.All(part => part.Length is 1 or 2 && part.All(char.IsAsciiDigit)))
            {
                throw new CommandLineException("unsupported machine type\nUse -machine help to list supported machines");
            }
            Release = int.Parse(parts[0], CultureInfo.InvariantCulture) >= 10 ? QemuRelease.Qemu11 : QemuRelease.Qemu7;
        }
        _type = type;
    }
}
