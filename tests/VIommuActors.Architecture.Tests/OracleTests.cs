namespace VIommuActors.Architecture.Tests;

/// <summary>The oracle judges protocols, so it must not be able to read their books.</summary>
public sealed class OracleTests
{
    private static readonly string[] Identifiers = ["Iova", "GuestPhysical", "SourceId", "DomainId", "InvalidationId"];

    [Fact]
    public void Of_the_unit_the_oracle_knows_identifiers_and_nothing_else() => Check.None(MoreThanIdentifiers(Product.Metadata("Oracle")));

    [Fact]
    public void The_oracle_knows_no_other_part_of_the_product() => Check.None(OthersOfOurs(Product.Metadata("Oracle")));

    [Fact]
    public void The_rules_see_who_knows_more()
    {
        Assert.Contains("VIommuActors.Vtd.VtdUnit", MoreThanIdentifiers(Product.Metadata("Machine")));
        Assert.Contains("VIommuActors.Protocols", OthersOfOurs(Product.Metadata("Machine")));
    }

    private static IEnumerable<string> MoreThanIdentifiers(Metadata metadata) =>
        from type in metadata.Types
        where type.Assembly == "VIommuActors.Vtd" && !(type.Namespace == "VIommuActors.Vtd" && Identifiers.Contains(type.Name))
        select $"{type.Namespace}.{type.Name}";

    private static IEnumerable<string> OthersOfOurs(Metadata metadata) =>
        metadata.Assemblies.Where(assembly => Product.ShortName(assembly) is not (null or "Vtd"));
}
