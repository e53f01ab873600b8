using System.Collections.Immutable;
using VIommuActors.Q35;
using VIommuActors.Vtd;

namespace VIommuActors.Qtest.CommandLine;

/// <summary>Reads QEMU's command line. Errors have the words of QEMU 7.2 where it refuses the same.</summary>
public static class CommandLineParser
{
    /// <summary>Words that a command line may have; with their length the bound on what it can make this grow.</summary>
    public const int MaxWords = 4096;

    /// <summary>Reads the words behind the program's name.</summary>
    /// <exception cref="CommandLineException">They ask for what is unknown or impossible.</exception>
    public static QemuCommandLine Parse(IReadOnlyList<string> words)
    {
        if (words.Count > MaxWords) throw new CommandLineException($"more than {MaxWords} words");
        if (words.Any(word => word is "-version" or "--version")) return new QemuCommandLine { WantsVersion = true };
        var warnings = new List<string>();
        var options = OptionTable.Split(words).ToImmutableArray();
        var endpoints = new EndpointReader(warnings);
        var devices = ImmutableArray.CreateBuilder<OptionText>();
        var globals = new GlobalProperties();
        var machine = new MachineChoice();
        var platform = new PlatformOptions { Protocol = UnitChoice.DefaultProtocol, ProtocolOptions = UnitChoice.ProtocolDefaults };
        var (paused, hasLaterOption) = (false, false);
        foreach (var (name, argument) in options)
        {
            var option = "-" + name;
            switch (name)
            {
                case "machine" or "M": machine.Read(OptionText.Parse(option, argument, "type", warnings)); break;
                case "device": devices.Add(DeviceText.Parse(option, argument, warnings)); break;
                case "global": globals.Read(OptionText.Parse(option, argument, "", []), argument); break;
                case "m": platform = platform with { RamBytes = MemorySize.Read(OptionText.Parse(option, argument, "size", warnings)) }; break;
                case "smp": MachineChoice.CheckCpus(OptionText.Parse(option, argument, "cpus", [])); break;
                case "accel": MachineChoice.CheckAccelerator(OptionText.Parse(option, argument, "accel", warnings)); break;
                case "vga": platform = platform with { Vga = IsVga(argument) }; break;
                case "net" or "nic": platform = platform with { Nic = IsNic(OptionText.Parse(option, argument, "type", warnings)) }; break;
                case "nodefaults": platform = platform with { Vga = false, Nic = false }; break;
                case "S": paused = true; break;
                case "audio" or "run-with": hasLaterOption = true; break;
                default: endpoints.Read(option, argument); break;
            }
        }
        var texts = devices.ToImmutable();
        hasLaterOption |= texts.Any(UnitChoice.IsLater);
        var release = UnitChoice.PinnedRelease(texts) ?? machine.Release ?? (hasLaterOption ? QemuRelease.Qemu11 : QemuRelease.Qemu7);
        if (machine.IsNone)
        {
            if (texts.FirstOrDefault() is { } first) throw DeviceReader.NoBus(first, release);
            return Result(null);
        }
        var reader = new DeviceReader(release, globals);
        foreach (var text in texts) reader.Read(text);
        globals.WarnOfUnused(release, warnings);
        return Result(reader.AddTo(platform with { Release = release }));

        QemuCommandLine Result(PlatformOptions? built) => new()
        {
            Platform = built,
            Release = release,
            StartsPaused = paused,
            Endpoints = endpoints.Take(),
            Warnings = [.. warnings],
        };
    }

    private static bool IsVga(string kind) => kind switch
    {
        "none" => false,
        "std" => true,
        _ => throw new CommandLineException($"unknown vga type: {kind}"),
    };

    private static bool IsNic(OptionText option) => option["type"] switch
    {
        "none" => false,
        "nic" or "user" => true,
        var kind => throw option.Error($"Parameter 'type' does not accept value '{kind}'"),
    };
}
