using System.Text.RegularExpressions;

namespace VIommuActors.Architecture.Tests;

/// <summary>The simulation serves any Akka.NET program: nothing in it may be about IOMMUs.</summary>
public sealed partial class VocabularyTests
{
    private const string ProductName = "VIommuActors";

    private static readonly HashSet<string> IommuWords = new(StringComparer.OrdinalIgnoreCase)
    {
        "iommu", "viommu", "viommus", "vtd", "iova", "iovas", "dma", "dmas", "pte", "ptes", "ioreq", "ioreqs", "xen", "qemu", "iotlb", "tlb", "ats", "mmio",
        "hypercall", "hypercalls", "hypervisor", "vcpu", "vcpus", "guest", "guests", "gpa", "dmar", "bdf", "invalidation", "invalidations",
    };

    [Fact]
    public void The_simulation_has_no_iommu_word_in_a_name_or_a_string()
    {
        var simulation = Product.Metadata("Simulation");
        Check.None(simulation.Names.Concat(simulation.Strings).SelectMany(IommuWordsIn));
    }

    [Fact]
    public void The_simulation_has_no_iommu_word_in_its_sources() => Check.None(InSources(Product.Sources("Simulation")));

    [Fact]
    public void Searches_and_charts_serve_any_program_and_have_no_iommu_word_in_their_sources()
    {
        var charts = Product.Sources("Trace").Where(file => file.Path.Split('/', '\\').Contains("Charts")).ToList();
        Assert.NotEmpty(charts);
        Check.None(InSources(Product.Sources("Exploration").Concat(charts)));
    }

    [Fact]
    public void The_rule_sees_iommu_words()
    {
        Assert.Equal(["Dma"], IommuWordsIn("PendingDmaCount"));
        Assert.Equal(["iova"], IommuWordsIn("_iova"));
        Assert.Equal(["IOVA", "xen"], IommuWordsIn("an IOVA of xen"));
        Assert.Equal(["viommu"], IommuWordsIn("viommu"));
        Assert.Empty(IommuWordsIn("VIommuActors.Simulation accepts an adapter"));
        var protocols = Product.Metadata("Protocols");
        Assert.NotEmpty(protocols.Names.SelectMany(IommuWordsIn));
        Assert.NotEmpty(protocols.Strings.SelectMany(IommuWordsIn));
        Assert.NotEmpty(InSources([SourceFile.Planted("/// <summary>Drops a PTE.</summary>")]));
    }

    private static IEnumerable<string> InSources(IEnumerable<SourceFile> files) =>
        from file in files
        from line in file.Lines
        from word in IommuWordsIn(line)
        select $"{file.Path}: {word}";

    /// <summary>Words of a name or a sentence: letters in one case, or a capital and what follows; the product's own name is not one.</summary>
    private static IEnumerable<string> IommuWordsIn(string text) =>
        Word().Matches(text.Replace(ProductName, "", StringComparison.Ordinal)).Select(match => match.Value).Where(IommuWords.Contains);

    [GeneratedRegex("[A-Z]+(?![a-z])|[A-Z]?[a-z]+")]
    private static partial Regex Word();
}
