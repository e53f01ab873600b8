using VIommuActors.Conformance.Tests.Targets;

namespace VIommuActors.Conformance.Tests.Cases;

/// <summary>A written case: a machine and what is done to it.</summary>
/// <param name="Name">A sentence or a title; unique.</param>
/// <param name="Platform">The machine.</param>
/// <param name="Operations">What is done.</param>
public sealed record Case(string Name, Platform Platform, IReadOnlyList<Operation> Operations)
{
    /// <summary>A case of one script on the machine with two edus.</summary>
    public static Case Of(string name, string unit, Func<Script, Script> script) => On(name, Platform.TwoEdus(unit), script);

    /// <summary>A case of one script on a machine of its own.</summary>
    public static Case On(string name, Platform platform, Func<Script, Script> script) =>
        new(name, platform, [.. script(new Script()).Steps.Select(step => new Operation(name, [step]))]);

    /// <inheritdoc/>
    public override string ToString() => Name;
}
