using System.Text.RegularExpressions;

namespace VIommuActors.Architecture.Tests;

/// <summary>How the sources look: sizes that a reader can take in, and nothing left for later.</summary>
public sealed partial class SourceTests
{
    private const int MaxLines = 600, MaxColumns = 140, MaxGroup = 12, SmallType = 40;

    private static readonly string[] Data = ["record", "struct", "interface", "enum", "delegate"];

    public static TheoryData<string> Projects => ReferenceTests.Projects;

    [Theory, MemberData(nameof(Projects))]
    public void Files_are_short(string project) => Check.None(Product.Sources(project).SelectMany(TooLong));

    [Theory, MemberData(nameof(Projects))]
    public void Lines_are_short(string project) => Check.None(Product.Sources(project).SelectMany(TooWide));

    [Theory, MemberData(nameof(Projects))]
    public void A_file_holds_one_public_type_or_a_small_group(string project) => Check.None(Product.Sources(project).SelectMany(TooManyTypes));

    [Theory, MemberData(nameof(Projects))]
    public void Nothing_is_left_for_later(string project) => Check.None(Product.Sources(project).SelectMany(LeftForLater));

    [Theory, MemberData(nameof(Projects))]
    public void Namespaces_are_file_scoped_and_begin_with_the_project(string project) => Check.None(Product.Sources(project).SelectMany(Misplaced));

    [Fact]
    public void There_are_sources_to_judge() => Assert.True(Product.Sources().Count() > 100);

    [Fact]
    public void The_rules_see_planted_sources()
    {
        Assert.NotEmpty(TooLong(SourceFile.Planted(new string('\n', MaxLines))));
        Assert.Empty(TooLong(SourceFile.Planted(new string('\n', MaxLines - 1))));
        Assert.NotEmpty(TooWide(SourceFile.Planted(new string('x', MaxColumns + 1))));
        Assert.Empty(TooWide(SourceFile.Planted(new string('…', MaxColumns))));
        Assert.NotEmpty(LeftForLater(SourceFile.Planted("// TO" + "DO: later")));
        Assert.NotEmpty(LeftForLater(SourceFile.Planted("throw new NotImplemented" + "Exception();")));
        Assert.NotEmpty(LeftForLater(SourceFile.Planted("// a HA" + "CK")));
        Assert.Empty(LeftForLater(SourceFile.Planted("// hackneyed todos")));
        Assert.NotEmpty(Misplaced(new SourceFile("src/VIommuActors.Vtd/Spec/Cap.cs", ["namespace VIommuActors.Guest;"])));
        Assert.NotEmpty(Misplaced(new SourceFile("src/VIommuActors.Vtd/Spec/Cap.cs", ["namespace VIommuActors.Vtd.Spec", "{"])));
        Assert.Empty(Misplaced(new SourceFile("src/VIommuActors.Vtd/Spec/Cap.cs", ["namespace VIommuActors.Vtd.Spec;"])));
    }

    [Fact]
    public void The_rule_of_one_type_sees_planted_groups()
    {
        var longClass = $"public sealed class A\n{{\n{new string('\n', SmallType)}}}\n";
        var otherClass = longClass.Replace("class A", "class B", StringComparison.Ordinal);
        const string record = "public sealed record C(int D);\n";
        const string enumeration = "public enum E\n{\n    One,\n}\n";
        Assert.Empty(TooManyTypes(SourceFile.Planted(longClass + record + enumeration)));
        Assert.NotEmpty(TooManyTypes(SourceFile.Planted(longClass + otherClass)));
        Assert.Empty(TooManyTypes(SourceFile.Planted(string.Concat(Enumerable.Repeat(record, MaxGroup)))));
        Assert.NotEmpty(TooManyTypes(SourceFile.Planted(string.Concat(Enumerable.Repeat(record, MaxGroup + 1)))));
        Assert.Equal(
            [new("A", "class", SmallType + 3), new("E", "enum", 4), new("C", "record", 1)],
            SourceFile.Planted(longClass + enumeration + record).PublicTypes());
    }

    private static IEnumerable<string> TooLong(SourceFile file)
    {
        if (file.Lines.Count > MaxLines) yield return $"{file.Path}: {file.Lines.Count} lines";
    }

    private static IEnumerable<string> TooWide(SourceFile file) =>
        file.Lines.Index().Where(line => line.Item.Length > MaxColumns).Select(line => $"{file.Path}:{line.Index + 1}: {line.Item.Length} columns");

    /// <summary>Data may stand together and beside a class, and so may a class that can be taken in at a glance; two long ones may not.</summary>
    private static IEnumerable<string> TooManyTypes(SourceFile file)
    {
        var types = file.PublicTypes();
        if (types.Count > MaxGroup) yield return $"{file.Path}: {types.Count} public types";
        var classes = types.Where(type => !Data.Contains(type.Kind) && type.Lines > SmallType).ToList();
        if (classes.Count > 1) yield return $"{file.Path}: {string.Join(", ", classes.Select(type => $"{type.Name} ({type.Lines} lines)"))}";
    }

    private static IEnumerable<string> LeftForLater(SourceFile file) =>
        from line in file.Lines.Index()
        where Later().IsMatch(line.Item)
        select $"{file.Path}:{line.Index + 1}: {line.Item.Trim()}";

    private static IEnumerable<string> Misplaced(SourceFile file)
    {
        // Top-level statements and assembly attributes stand in no namespace.
        var expected = $"namespace {file.Path.Split('/', '\\')[1]}";
        return file.Lines.Where(line => line.StartsWith("namespace ", StringComparison.Ordinal))
            .Where(line => line != expected + ";" && !(line.StartsWith(expected + ".", StringComparison.Ordinal) && line.EndsWith(';')))
            .Select(line => $"{file.Path}: {line}");
    }

    [GeneratedRegex(@"\b(TO" + "DO|FIX" + "ME|HA" + "CK|XX" + @"X)\b|NotImplemented" + "Exception")]
    private static partial Regex Later();
}
