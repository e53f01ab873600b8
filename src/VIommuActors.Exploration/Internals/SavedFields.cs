using System.Text.Json.Nodes;

namespace VIommuActors.Exploration.Internals;

/// <summary>Fields of a saved search, which may have been damaged since.</summary>
internal static class SavedFields
{
    private const long Most = 1L << 53; // the largest number up to which every JSON reader keeps integers exact

    /// <summary>A field that must be there.</summary>
    /// <exception cref="FormatException">It is not.</exception>
    public static JsonNode Field(this JsonNode json, string name) =>
        json.AsObject()[name] ?? throw new FormatException($"There is no field {name}.");

    /// <summary>The elements of an array that must be there.</summary>
    /// <exception cref="FormatException">It is not, or one of them is null.</exception>
    public static IEnumerable<JsonNode> Items(this JsonNode json, string name) =>
        json.Field(name).AsArray().Select(item => item ?? throw new FormatException($"An element of {name} is null."));

    /// <summary>A whole number.</summary>
    /// <exception cref="FormatException">It is out of range.</exception>
    public static long Count(this JsonNode json, string name, long least = 0, long most = Most)
    {
        long count = (long)json.Field(name);
        return count >= least && count <= most ? count : throw new FormatException($"{name} is {count}.");
    }

    /// <summary>Fields of a fixed size, one after the other.</summary>
    /// <param name="json">Where the text is.</param>
    /// <param name="name">Field with the bytes in base 64.</param>
    /// <param name="size">Bytes of an entry.</param>
    /// <exception cref="FormatException">The last one is cut off, or it is no base 64.</exception>
    public static byte[] Bytes(this JsonNode json, string name, int size)
    {
        byte[] bytes = Convert.FromBase64String((string)json.Field(name)!);
        return bytes.Length % size == 0 ? bytes : throw new FormatException($"{name} is cut off: {bytes.Length} bytes.");
    }

    /// <summary>Checks that a saved search has the seed of this one.</summary>
    /// <exception cref="ArgumentException">It has another.</exception>
    public static void RequireSeed(this JsonObject state, ulong seed)
    {
        if ((ulong)state.Field("seed") != seed)
        {
            throw new ArgumentException($"The saved search has seed {state["seed"]}, not {seed}.", nameof(state));
        }
    }
}
