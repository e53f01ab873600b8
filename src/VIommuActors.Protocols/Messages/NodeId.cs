namespace VIommuActors.Protocols.Messages;

/// <summary>Names a party of the machine; the index into the machine's node table. Messages hold these, never actor references.</summary>
public readonly record struct NodeId(int Index)
{
    /// <summary>No party.</summary>
    public static NodeId None => new(-1);

    /// <summary>True for a real party.</summary>
    public bool Exists => Index >= 0;
}
