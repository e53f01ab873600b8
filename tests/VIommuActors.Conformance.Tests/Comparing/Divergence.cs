using System.Text;
using VIommuActors.Conformance.Tests.Targets;

namespace VIommuActors.Conformance.Tests.Comparing;

/// <summary>The first step at which two machines answered differently.</summary>
/// <param name="Operations">All operations up to and with the one that differs.</param>
/// <param name="Step">Index of the step in the last operation.</param>
/// <param name="Qemu">The real QEMU's reply.</param>
/// <param name="Subject">The product's reply.</param>
public sealed record Divergence(IReadOnlyList<Operation> Operations, int Step, string Qemu, string Subject)
{
    private const int Context = 10, DumpWord = 16;

    /// <summary>What a person needs: case, step, both replies, the last accesses, and a script that does it again.</summary>
    public string Report(string title, Platform platform)
    {
        var before = Operations.SkipLast(1).SelectMany(operation => operation.Steps).Concat(Operations[^1].Steps.Take(Step)).ToList();
        var last = Operations[^1].Steps[Step];
        var text = new StringBuilder();
        text.AppendLine($"{title}: step {before.Count}, in \"{Operations[^1].Name}\": {last}");
        text.AppendLine($"  QEMU    {Qemu}").AppendLine($"  product {Subject}");
        foreach (var line in DifferingRegisters(last)) text.AppendLine(line);
        text.AppendLine("the accesses before it:");
        foreach (var step in before.TakeLast(Context)) text.AppendLine($"  {step}");
        text.AppendLine($"to do it again, pipe these lines into qemu-system-x86_64 -machine q35 -accel qtest -qtest stdio -qtest-log none " +
            $"{string.Join(' ', MachineProgram.Common)} {string.Join(' ', platform.Arguments)}");
        foreach (var step in before.Append(last)) text.AppendLine(step.Piped);
        return text.ToString();
    }

    /// <summary>Where two dumps differ, as offsets and 64-bit words: nobody compares a thousand digits by eye.</summary>
    private IEnumerable<string> DifferingRegisters(Step step)
    {
        if (Qemu.Length != Subject.Length || Qemu.Length <= DumpWord * 2 || !step.Text.StartsWith("read ", StringComparison.Ordinal)) yield break;
        const int prefix = 5;
        for (var i = prefix; i + DumpWord <= Qemu.Length; i += DumpWord)
            if (Qemu[i..(i + DumpWord)] != Subject[i..(i + DumpWord)])
                yield return $"  +0x{(i - prefix) / 2:x}: QEMU {LittleEndian(Qemu[i..(i + DumpWord)])} product {LittleEndian(Subject[i..(i + DumpWord)])}";
    }

    private static string LittleEndian(string hex) => string.Concat(Enumerable.Range(0, DumpWord / 2).Select(i => hex[^((2 * i) + 2)..][..2]));
}
