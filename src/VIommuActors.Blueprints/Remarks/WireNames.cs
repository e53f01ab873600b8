using VIommuActors.Protocols.Messages;

namespace VIommuActors.Blueprints.Remarks;

/// <summary>What the kinds of hop are called in traces.</summary>
public static class WireNames
{
    private static readonly string[] Names =
        [
            "return", "mmio", "ioreq", "event-channel", "hypercall", "dma", "ats", "device-model", "doorbell", "interrupt", "self",
        ];

    /// <summary>The name of a kind of hop.</summary>
    public static string Of(Wire wire) => Names[(int)wire];
}
