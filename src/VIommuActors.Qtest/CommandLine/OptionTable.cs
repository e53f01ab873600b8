using System.Collections.Frozen;

namespace VIommuActors.Qtest.CommandLine;

/// <summary>QEMU's options that are accepted, and whether an argument follows. Those that nothing reads change nothing that a test client sees.</summary>
internal static class OptionTable
{
    private static readonly FrozenDictionary<string, bool> TakesArgument = new[]
    {
        // Read.
        "machine", "M", "device", "global", "m", "accel", "qtest", "chardev", "mon", "qmp", "qmp-pretty", "net", "nic", "vga", "smp", "monitor",
        // Accepted.
        "qtest-log", "display", "cpu", "audio", "run-with", "name", "uuid", "L", "bios", "boot", "rtc", "trace", "sandbox", "pidfile", "D", "d",
        "serial", "parallel", "k", "msg", "overcommit", "smbios", "action", "compat", "icount",
    }.Select(name => (name, true)).Concat(new[]
    {
        "S", "nodefaults", "nographic", "no-reboot", "no-shutdown", "no-user-config", "no-hpet", "no-acpi", "no-fd-bootchk", "snapshot", "usb",
        "version",
    }.Select(name => (name, false))).ToFrozenDictionary(option => option.name, option => option.Item2, StringComparer.Ordinal);

    /// <summary>Splits a command line into options without their dashes and their arguments (empty for those that take none).</summary>
    /// <exception cref="CommandLineException">An option is unknown, or its argument is missing.</exception>
    public static IEnumerable<(string Name, string Argument)> Split(IReadOnlyList<string> words)
    {
        for (var i = 0; i < words.Count; i++)
        {
            var word = words[i];
            if (!word.StartsWith('-') || word == "-") throw new CommandLineException($"{word}: a disk image; this machine has no disks");
            var name = word[(word.StartsWith("--", StringComparison.Ordinal) ? 2 : 1)..];
            if (!TakesArgument.TryGetValue(name, out var takesArgument)) throw new CommandLineException($"{word}: invalid option");
            if (takesArgument && i + 1 == words.Count) throw new CommandLineException($"{word}: requires an argument");
            yield return (name, takesArgument ? words[++i] : "");
        }
    }
}
