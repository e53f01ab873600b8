namespace VIommuActors.Wire.Encoding;

/// <summary>Lengths of a message's parts, in the order in which they begin: counted in one pass, written in the next.</summary>
internal sealed class PartSizes
{
    private const int Kept = 1024;
    private int[] _sizes = new int[16];
    private int _count, _next;

    /// <summary>Begins a message.</summary>
    public void Clear()
    {
        if (_sizes.Length > Kept) _sizes = new int[16];
        _count = _next = 0;
    }

    /// <summary>A place for the length of a part that begins here.</summary>
    public int Begin()
    {
        if (_count == _sizes.Length) Array.Resize(ref _sizes, 2 * _count);
        return _count++;
    }

    /// <summary>The part that has this place is over.</summary>
    public void End(int place, int size) => _sizes[place] = size;

    /// <summary>The length of the next part to be written.</summary>
    public int Next() => _sizes[_next++];
}
