namespace VIommuActors.Qtest.Qmp;

/// <summary>A request that is answered with an error.</summary>
internal sealed class QmpException(string message, string errorClass = QmpException.Generic) : Exception(message)
{
    /// <summary>Most errors are of this class.</summary>
    public const string Generic = "GenericError";

    /// <summary>The command does not exist, or not yet.</summary>
    public const string CommandNotFound = "CommandNotFound";

    /// <summary>There is no such type of device.</summary>
    public const string DeviceNotFound = "DeviceNotFound";

    /// <summary>QEMU's error class.</summary>
    public string Class { get; } = errorClass;
}
