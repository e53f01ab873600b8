using CsCheck;
using VIommuActors.Protocols.Messages;
using VIommuActors.Vtd;

namespace VIommuActors.Protocols.Tests.DrainOnInvalidate;

/// <summary>Scopes against a model that lists every page of two small domains.</summary>
public sealed class DrainScopeTests
{
    private const int Domains = 2, Pages = 16;

    private static readonly Gen<DrainScope> Scopes = Gen.OneOf(
        Gen.Const(DrainScope.All),
        Gen.Int[0, Domains - 1].Select(domain => new DrainScope(false, new DomainId((ushort)domain), default, 1UL << 52)),
        Gen.Select(Gen.Int[0, Domains - 1], Gen.Int[0, 3], Gen.Int[0, Pages - 1], (domain, order, page) =>
            new DrainScope(false, new DomainId((ushort)domain), new Iova((ulong)(page >> order << order) << 12), 1UL << order)));

    // Base and size of a translated page: aligned, 1 to 8 small pages.
    private static readonly Gen<(int Domain, int Page, int Count)> Translations = Gen.Select(
        Gen.Int[0, Domains - 1], Gen.Int[0, 3], Gen.Int[0, Pages - 1], (domain, order, page) => (domain, page >> order << order, 1 << order));

    [Fact]
    public void Translation_is_covered_exactly_when_it_shares_a_page_with_the_scope() =>
        Gen.Select(Scopes, Translations).Sample((scope, translation) =>
            scope.Covers(Domain(translation.Domain), Address(translation.Page), (ulong)translation.Count << 12)
            == PagesOf(scope).Overlaps(Enumerable.Range(translation.Page, translation.Count).Select(page => (translation.Domain, page))));

    [Fact]
    public void Union_covers_what_either_covers() =>
        Gen.Select(Scopes, Scopes).Sample((a, b) => PagesOf(a.Union(b)).IsSupersetOf(PagesOf(a).Union(PagesOf(b))));

    [Fact]
    public void Union_does_not_depend_on_the_order() =>
        Gen.Select(Scopes, Scopes).Sample((a, b) => a.Union(b) == b.Union(a));

    [Fact]
    public void Union_of_one_domain_does_not_leave_it() =>
        Gen.Select(Scopes, Scopes).Sample((a, b) =>
            a.Everything || b.Everything || a.Domain != b.Domain || PagesOf(a.Union(b)).All(page => page.Domain == a.Domain.Value));

    [Fact]
    public void Union_with_itself_is_itself() => Scopes.Sample(scope => scope.Union(scope) == scope);

    [Fact]
    public void Topmost_page_of_the_address_space_is_covered_by_its_own_range()
    {
        var top = new Iova(0xfffffffffffff000);
        var scope = new DrainScope(false, new DomainId(1), top, 1);

        Assert.True(scope.Covers(new DomainId(1), top, 4096));
        Assert.False(scope.Covers(new DomainId(1), new Iova(top.Value - 4096), 4096));
    }

    private static HashSet<(int Domain, int Page)> PagesOf(DrainScope scope)
    {
        var pages = new HashSet<(int, int)>();
        for (var domain = 0; domain < Domains; domain++)
        {
            for (var page = 0; page < Pages; page++)
            {
                var inRange = scope.Pages == 1UL << 52
                    || ((int)(scope.Address.Value >> 12) <= page && page < (int)(scope.Address.Value >> 12) + (int)scope.Pages);
                if (scope.Everything || (scope.Domain.Value == domain && inRange)) pages.Add((domain, page));
            }
        }
        return pages;
    }

    private static DomainId Domain(int domain) => new((ushort)domain);

    private static Iova Address(int page) => new((ulong)page << 12);
}
