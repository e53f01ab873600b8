namespace VIommuActors.Cluster.Hosting;

/// <summary>Settings that no node is started with.</summary>
/// <param name="key">The option.</param>
/// <param name="value">What it was set to.</param>
/// <param name="message">What is wrong with it.</param>
/// <param name="accepted">What would be accepted.</param>
public sealed class NodeSettingsException(string key, string value, string message, string accepted)
    : ArgumentException($"{key} = {value}: {message}; accepted: {accepted}")
{
    /// <summary>The option, as the command line calls it.</summary>
    public string Key => key;

    /// <summary>What it was set to.</summary>
    public string Value => value;

    /// <summary>What is wrong with it, without key and value.</summary>
    public string Reason => message;

    /// <summary>What would be accepted.</summary>
    public string Accepted => accepted;
}
