using VIommuActors.Conformance.Tests.Cases;
using VIommuActors.Conformance.Tests.Comparing;
using VIommuActors.Conformance.Tests.Generating;
using VIommuActors.Conformance.Tests.Targets;

namespace VIommuActors.Conformance.Tests;

/// <summary>The comparison can fail: planted differences are found, shown and shrunk. No QEMU is needed for these.</summary>
public sealed class ComparerTests
{
    private static readonly Platform Board = Platform.TwoEdus();

    [Fact]
    public void Equal_machines_do_not_differ() => Assert.Null(Compare(Stores(200), _ => false));

    [Fact]
    public void A_planted_difference_is_found_at_its_step_with_both_replies()
    {
        var divergence = Compare(Stores(200), memory => memory.ContainsKey("0x50"));
        Assert.NotNull(divergence);
        Assert.Equal(51, divergence.Operations.Count);
        Assert.Equal((1, "OK 0x50", "OK altered"), (divergence.Step, divergence.Qemu, divergence.Subject));
    }

    [Fact]
    public void A_report_shows_case_step_replies_ten_accesses_and_a_script()
    {
        var report = Compare(Stores(200), memory => memory.ContainsKey("0x50"))!.Report("stores", Board);
        Assert.Contains("stores: step 101, in \"store 50\": readl 0x50", report, StringComparison.Ordinal);
        Assert.Contains("QEMU    OK 0x50", report, StringComparison.Ordinal);
        Assert.Contains("product OK altered", report, StringComparison.Ordinal);
        Assert.Contains("-qtest stdio", report, StringComparison.Ordinal);
        Assert.Contains("-device intel-iommu -device edu,addr=5", report, StringComparison.Ordinal);
        Assert.Equal(11, report.Split('\n').SkipWhile(line => !line.StartsWith("the accesses", StringComparison.Ordinal)).TakeWhile(line => !line.StartsWith("to do it", StringComparison.Ordinal)).Count());
        Assert.EndsWith("writel 0x50 0x50\nreadl 0x50\n", report, StringComparison.Ordinal);
    }

    [Fact]
    public void A_difference_that_needs_three_operations_shrinks_to_three()
    {
        Divergence? Again(IReadOnlyList<Operation> operations) => Compare(operations, memory => memory.ContainsKey("0x7") && memory.ContainsKey("0x90") && memory.ContainsKey("0x151"));
        var found = Again(Stores(200));
        Assert.NotNull(found);
        Assert.Equal(152, found.Operations.Count);
        Assert.Equal(["store 7", "store 90", "store 151"], Shrinker.Shrink(found, Again).Operations.Select(operation => operation.Name));
    }

    [Fact]
    public void Two_machines_that_died_alike_differ()
    {
        using var one = new Memory(_ => true, ITarget.EndedMark + ">");
        using var other = new Memory(_ => true, ITarget.EndedMark + ">");
        Assert.NotNull(Comparer.Compare(Stores(3), one, other));
    }

    [Fact]
    public void A_session_is_a_function_of_its_seed()
    {
        static IEnumerable<string> Text(ulong seed) => Session.Generate(seed, 500).Operations.SelectMany(operation => operation.Steps).Select(step => step.ToString());
        Assert.Equal(Text(7), Text(7));
        Assert.NotEqual(Text(7), Text(8));
    }

    [Fact]
    public void No_session_and_no_case_holds_what_aborts_qemu()
    {
        var steps = Enumerable.Range(1, 200).SelectMany(seed => Session.Generate((ulong)seed, 500).Operations)
            .Concat(Catalogue.All.SelectMany(each => each.Operations)).SelectMany(operation => operation.Steps).ToList();
        Assert.True(steps.Count > 100_000);
        Assert.DoesNotContain(steps, step => Aborts(step.Text));
        Assert.True(Aborts("writeq 0xfed90038 0x0"));
        Assert.True(Aborts("writeq 0xe0000090 0x1000"));
    }

    [Fact]
    public void Names_of_cases_are_unique_and_there_are_many() =>
        Assert.True(Catalogue.All.Select(each => each.Name).Distinct().Count() is var count && count == Catalogue.All.Count() && count >= 120);

    [Fact]
    public void The_readme_has_every_known_difference()
    {
        var readme = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "README.md"));
        Assert.All(KnownDifferences.All, difference => Assert.Contains(difference.Name, readme, StringComparison.Ordinal));
    }

    private static bool Aborts(string line)
    {
        string[] stores = ["writeq 0xfed90038 ", "writeq 0xfed900a0 ", "writeq 0xfed900a8 ", "writeq 0xe0000090 0x1000", "writeq 0xe0100090 0x1000"];
        return stores.Any(line.StartsWith);
    }

    private static List<Operation> Stores(int count) =>
        [.. Enumerable.Range(0, count).Select(i => new Operation($"store {i}", [Step.Line($"writel 0x{i} 0x{i}"), Step.Line($"readl 0x{i}")]))];

    private static Divergence? Compare(IReadOnlyList<Operation> operations, Func<IReadOnlyDictionary<string, string>, bool> altered) =>
        Comparer.Compare(operations, () => new Memory(_ => false), () => new Memory(altered));

    /// <summary>A machine that is nothing but memory, and answers loads falsely once its content meets a condition.</summary>
    private sealed class Memory(Func<IReadOnlyDictionary<string, string>, bool> altered, string instead = "OK altered") : ITarget
    {
        private readonly Dictionary<string, string> _cells = [];

        public IReadOnlyList<string> Run(IReadOnlyList<Step> steps) => [.. steps.Select(step => Answer(step.Text.Split(' ')))];

        public void Dispose()
        {
        }

        private string Answer(string[] words)
        {
            if (words[0] == "readl") return altered(_cells) ? instead : "OK " + _cells.GetValueOrDefault(words[1], "0x0");
            _cells[words[1]] = words[2];
            return "OK";
        }
    }
}
