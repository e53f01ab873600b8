namespace VIommuActors.Conformance.Tests.Generating;

/// <summary>Small seeded generator of numbers (SplitMix64): the same seed gives the same session on every runtime.</summary>
internal sealed class SplitMix(ulong seed)
{
    private ulong _state = seed;

    /// <summary>The next 64 bits.</summary>
    public ulong Next()
    {
        var z = _state += 0x9e3779b97f4a7c15;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }

    /// <summary>A number below <paramref name="bound"/>.</summary>
    public int Below(int bound) => (int)(Next() % (ulong)bound);

    /// <summary>True once in <paramref name="n"/> times.</summary>
    public bool OneIn(int n) => Below(n) == 0;

    /// <summary>One of several words of 64 bits; for pools whose constants would not agree on a type.</summary>
    public ulong Qword(params IReadOnlyList<ulong> choices) => Of(choices);

    /// <summary>One of several words of 32 bits.</summary>
    public uint Dword(params IReadOnlyList<uint> choices) => Of(choices);

    /// <summary>One of several.</summary>
    public T Of<T>(params IReadOnlyList<T> choices) => choices[Below(choices.Count)];
}
