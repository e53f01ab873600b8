namespace VIommuActors.Qtest.Protocol;

/// <summary>Takes bytes for the peer; the span is valid only during the call.</summary>
public delegate void ReplySink(ReadOnlySpan<byte> bytes);
