using System.Globalization;
using System.Text;

namespace VIommuActors.Scenarios;

/// <summary>One thing that is wrong with a scenario.</summary>
/// <param name="File">The file as the user named it, <c>hocon/scenarios/NAME.conf</c> when embedded, or <c>--set key=value</c>.</param>
/// <param name="Line">From 1; 0 when the error is not about a line.</param>
/// <param name="Column">From 1; 0 when the error is not about a line.</param>
/// <param name="Key">Full key, <c>viommu.scenario.topology.vcpus</c>; empty when there is none.</param>
/// <param name="Value">The value as written; empty when there is none.</param>
/// <param name="Message">What is wrong, in words.</param>
/// <param name="Accepted">What would be accepted; empty when the message is all there is to say.</param>
public sealed record ScenarioError(string File, int Line, int Column, string Key, string Value, string Message, string Accepted)
{
    /// <summary><c>file:line: key = value: message</c>, leaving out what is not known.</summary>
    public override string ToString()
    {
        var text = new StringBuilder(File);
        if (Line > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $":{Line}");
        }
        text.Append(": ");
        if (Key.Length > 0)
        {
            text.Append(Key).Append(Value.Length > 0 ? " = " + Value : "").Append(": ");
        }
        return text.Append(Message).ToString();
    }
}
