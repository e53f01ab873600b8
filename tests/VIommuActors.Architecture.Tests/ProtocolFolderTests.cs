using ArchUnitNET.Domain;
using ArchUnitNET.Domain.Extensions;
using ArchUnitNET.Fluent;
using ArchUnitNET.Loader;

namespace VIommuActors.Architecture.Tests
{
    /// <summary>A design is a folder: it can be read, changed and thrown away without the others.</summary>
    public sealed class ProtocolFolderTests
    {
        private const string Protocols = "VIommuActors.Protocols";

        private static readonly string[] Shared = ["Common", "Seam", "Messages"];
        private static readonly ArchUnitNET.Domain.Architecture Built = new ArchLoader().LoadAssembly(Product.Assembly("Protocols")).Build();
        private static readonly ArchUnitNET.Domain.Architecture Planted = new ArchLoader().LoadAssembly(typeof(ProtocolFolderTests).Assembly).Build();

        /// <summary>The folders that hold a design each: all but the shared ones, so that a fifth design is under the rules at once.</summary>
        private static readonly string[] Designs =
        [
            .. Directory.EnumerateDirectories(FolderOf("")).Select(folder => Path.GetFileName(folder))
                .Where(folder => folder is not ("bin" or "obj") && !Shared.Contains(folder)).Order(StringComparer.Ordinal),
        ];

        public static TheoryData<string> DesignFolders => [.. Designs];

        public static TheoryData<string> SharedFolders => [.. Shared];

        [Fact]
        public void The_four_designs_are_there() =>
            Check.None(new[] { "BareTranslate", "Memcpy", "Ats", "DrainOnInvalidate" }.Except(Designs));

        [Theory, MemberData(nameof(DesignFolders))]
        public void A_design_does_not_depend_on_another(string design) =>
            Check.None(Depending(Built, $"{Protocols}.{design}", Designs.Where(other => other != design).Select(other => $"{Protocols}.{other}")));

        [Theory, MemberData(nameof(SharedFolders))]
        public void What_the_designs_share_depends_on_none_of_them(string folder) =>
            Check.None(Depending(Built, $"{Protocols}.{folder}", Designs.Select(design => $"{Protocols}.{design}")));

        [Theory, MemberData(nameof(DesignFolders))]
        public void A_design_has_its_page(string design) => Assert.True(HasPage(FolderOf(design)), $"{design} has no README.md");

        [Fact]
        public void The_rules_see_a_dependence_and_a_missing_page()
        {
            const string space = "VIommuActors.Architecture.Tests.PlantedFolders";
            Assert.NotEmpty(Depending(Planted, $"{space}.First", [$"{space}.Second"]));
            Assert.Empty(Depending(Planted, $"{space}.Second", [$"{space}.First"]));
            Assert.False(HasPage(FolderOf("Seam")));
        }

        private static string FolderOf(string folder) => Path.Combine(Product.Root, "src", Protocols, folder);

        private static bool HasPage(string folder) => new FileInfo(Path.Combine(folder, "README.md")) is { Exists: true, Length: > 0 };

        private static IEnumerable<string> Depending(ArchUnitNET.Domain.Architecture architecture, string from, IEnumerable<string> to)
        {
            var forbidden = to.ToArray();
            var rule = ArchRuleDefinition.Types().That().ResideInNamespaceMatching(Under(from))
                .Should().NotDependOnAny(ArchRuleDefinition.Types().That().ResideInNamespaceMatching(string.Join('|', forbidden.Select(Under))));
            return rule.Evaluate(architecture).Where(result => !result.Passed).Select(result => result.Description);
        }

        private static string Under(string space) => $@"^{System.Text.RegularExpressions.Regex.Escape(space)}($|\.)";
    }
}

namespace VIommuActors.Architecture.Tests.PlantedFolders.First
{
    internal sealed class Leaning
    {
        public static int Length() => Second.Standing.Length;
    }
}

namespace VIommuActors.Architecture.Tests.PlantedFolders.Second
{
    internal static class Standing
    {
        public static int Length => 7;
    }
}
