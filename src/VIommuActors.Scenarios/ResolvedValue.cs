namespace VIommuActors.Scenarios;

/// <summary>One value in effect and who set it.</summary>
/// <param name="Key">Full key; list elements by index, <c>viommu.scenario.topology.devices[0].count</c>.</param>
/// <param name="Text">The value in its normal form as HOCON; <c>null</c> when it is optional and not stated.</param>
/// <param name="Origin"><c>reference.conf</c>, <c>FILE:LINE</c>, or <c>--set key=value</c>.</param>
/// <param name="Doc">What the key means and is measured in, from reference.conf.</param>
public sealed record ResolvedValue(string Key, string Text, string Origin, string Doc);
