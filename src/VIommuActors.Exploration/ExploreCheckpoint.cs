using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace VIommuActors.Exploration;

/// <summary>
/// An unfinished search between two schedules. Going on from it gives the numbers of a search that was never interrupted.
/// </summary>
public sealed class ExploreCheckpoint
{
    private const string Schema = "exploration/2";
    private readonly JsonObject _json;

    internal ExploreCheckpoint(JsonObject json)
    {
        json["schema"] = Schema;
        _json = json;
    }

    internal JsonObject Json => _json;

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="FormatException">The text is something else.</exception>
    public static ExploreCheckpoint Parse(string text)
    {
        try
        {
            if (JsonNode.Parse(text) is JsonObject json && (string?)json["schema"] == Schema)
            {
                return new ExploreCheckpoint(json);
            }
        }
        catch (JsonException error)
        {
            throw new FormatException($"Not a search to resume: {error.Message}", error);
        }

        throw new FormatException($"Not a search to resume: no schema \"{Schema}\".");
    }

    /// <summary>One JSON document; its size grows with the number of distinct executions, 11 bytes for each.</summary>
    public string ToJson() => _json.ToJsonString();

    internal static string Pack(HashSet<ulong> values)
    {
        ulong[] sorted = [.. values];
        Array.Sort(sorted);
        byte[] bytes = new byte[sorted.Length * sizeof(ulong)];
        for (int i = 0; i < sorted.Length; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(i * sizeof(ulong)), sorted[i]);
        }

        return Convert.ToBase64String(bytes);
    }

    internal static void Unpack(string text, HashSet<ulong> values)
    {
        byte[] bytes = Convert.FromBase64String(text);
        for (int i = 0; i < bytes.Length; i += sizeof(ulong))
        {
            values.Add(BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(i)));
        }
    }
}
