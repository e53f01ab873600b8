namespace VIommuActors.Qtest;

/// <summary>One client's conversation, whatever carries it.</summary>
public interface IProtocolSession : IDisposable
{
    /// <summary>Takes bytes as they come; every reply is with the sink when it returns.</summary>
    void Feed(ReadOnlySpan<byte> bytes);

    /// <summary>Hands on what came up outside of a request.</summary>
    void Flush();
}
