namespace VIommuActors.Vtd.Translation;

/// <summary>
/// Cache of valid context entries by source id. Never holds a not-present entry. A full cache is emptied before the next goes in.
/// </summary>
/// <typeparam name="TEntry">Entry of the mode.</typeparam>
internal sealed class ContextCache<TEntry>(int capacity)
    where TEntry : struct
{
    private readonly DenseMap<TEntry> _entries = new(capacity);

    public int Count => _entries.Count;

    public bool TryLookup(SourceId source, out TEntry entry)
    {
        var at = _entries.Find(source.Value);
        entry = at >= 0 ? _entries.At(at) : default;
        return at >= 0;
    }

    /// <summary>Adds an entry that a lookup has just missed.</summary>
    public void Insert(SourceId source, in TEntry entry)
    {
        if (_entries.Full) _entries.Clear();
        _entries.Add(source.Value, entry);
    }

    public void InvalidateAll() => _entries.Clear();

    /// <summary>
    /// Drops the entries of one function, or of those that differ from it only in the function bits that the mask ignores.
    /// </summary>
    public void InvalidateDevice(SourceId source, byte functionMask)
    {
        for (var i = _entries.Count - 1; i >= 0; i--)
            if (Covers(new SourceId((ushort)_entries.KeyAt(i)), source, functionMask)) _entries.RemoveAt(i);
    }

    /// <summary>True when an invalidation for <paramref name="source"/> concerns another source id too.</summary>
    public static bool Covers(SourceId other, SourceId source, byte functionMask)
    {
        // FM: 0 exact, 1 ignores function bit 2, 2 bits 2:1, 3 all three.
        var compared = functionMask switch { 0 => 0xffff, 1 => 0xfffb, 2 => 0xfff9, _ => 0xfff8 };
        return ((other.Value ^ source.Value) & compared) == 0;
    }
}
