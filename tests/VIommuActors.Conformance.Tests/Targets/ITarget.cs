namespace VIommuActors.Conformance.Tests.Targets;

/// <summary>A machine that answers steps: the real QEMU, the product, or a stand-in of a test.</summary>
public interface ITarget : IDisposable
{
    /// <summary>Sends all steps in order and returns one reply each; a machine that died answers something with <see cref="EndedMark"/>.</summary>
    IReadOnlyList<string> Run(IReadOnlyList<Step> steps);

    /// <summary>How the reply of a machine that is no more can be told from any other.</summary>
    const string EndedMark = "<ended";
}
