using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Nodes;
using VIommuActors.Exploration.Internals;
using VIommuActors.Exploration.Strategies;

namespace VIommuActors.Exploration;

/// <summary>
/// An unfinished search between two schedules. Going on from it gives the numbers of a search that was never interrupted.
/// </summary>
public sealed class ExploreCheckpoint
{
    private const string Schema = "exploration/2";
    private const int MostNested = 20_000; // a planned sequence is two levels for each of its steps
    private static readonly JsonSerializerOptions Deep = new() { MaxDepth = MostNested };
    private readonly JsonObject _json;

    internal ExploreCheckpoint(JsonObject json)
    {
        json["schema"] = Schema;
        _json = json;
    }

    internal JsonObject Json => _json;

    /// <summary>Schedules that were counted so far. Of a text that <see cref="Check"/> would refuse it means nothing.</summary>
    public long Schedules => _json["schedules"] is JsonValue value && value.TryGetValue(out long schedules) ? schedules : 0;

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="FormatException">The text is something else.</exception>
    public static ExploreCheckpoint Parse(string text)
    {
        try
        {
            var options = new JsonDocumentOptions { MaxDepth = MostNested };
            if (JsonNode.Parse(text, null, options) is JsonObject json && (string?)json["schema"] == Schema)
            {
                return new ExploreCheckpoint(json);
            }
        }
        catch (Exception error) when (error is JsonException or ArgumentException or InvalidOperationException)
        {
            throw new FormatException($"Not a search to resume: {error.Message}", error);
        }

        throw new FormatException($"Not a search to resume: no schema \"{Schema}\".");
    }

    /// <summary>Looks whether a search can go on from here, before anything runs.</summary>
    /// <param name="strategy">Like that of the search, and not to be searched with: it takes over what was saved.</param>
    /// <exception cref="ArgumentException">The text was damaged, or is of a search with another strategy or seed.</exception>
    public void Check(IStrategy strategy) => new Tally(strategy).Load(_json);

    /// <summary>One JSON document; its size grows with the number of distinct executions, 11 bytes for each.</summary>
    public string ToJson() => _json.ToJsonString(Deep);

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

    internal static void Unpack(byte[] bytes, HashSet<ulong> values)
    {
        for (int i = 0; i < bytes.Length; i += sizeof(ulong))
        {
            values.Add(BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(i)));
        }
    }
}
