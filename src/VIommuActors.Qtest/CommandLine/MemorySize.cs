using System.Globalization;

namespace VIommuActors.Qtest.CommandLine;

/// <summary>The size of RAM: <c>-m 512</c>, <c>-m 1G</c>, <c>-m size=1.5G,slots=2,maxmem=4G</c>.</summary>
internal static class MemorySize
{
    /// <summary>Bytes that the model's RAM can have.</summary>
    public const ulong Largest = 64UL << 30;

    private const ulong Default = 128UL << 20, Granule = 8192;
    private const string Help = """
        expects a non-negative number below 2^64
        Optional suffix k, M, G, T, P or E means kilo-, mega-, giga-, tera-, peta-
        and exabytes, respectively.
        """;

    /// <summary>Bytes, a multiple of 8 KiB as QEMU rounds it up; no or zero size is 128 MiB.</summary>
    /// <exception cref="CommandLineException">Not a size, or more than the model can have.</exception>
    public static ulong Read(OptionText option)
    {
        if (option.Pairs.FirstOrDefault(pair => pair.Key is not ("size" or "slots" or "maxmem")) is { Key: { } unknown })
        {
            throw option.Error($"Invalid parameter '{unknown}'");
        }
        var text = option["size"] ?? "";
        if (text.Length == 0) return Default;
        if (!TryParse(text, out var bytes)) throw option.Error($"Parameter 'size' {Help}");
        if (bytes > Largest) throw new CommandLineException($"cannot set up guest memory 'pc.ram': at most {Largest >> 30} GiB");
        return bytes == 0 ? Default : (bytes + Granule - 1) / Granule * Granule;
    }

    private static bool TryParse(string text, out ulong bytes)
    {
        var shift = char.ToUpperInvariant(text[^1]) switch
        {
            'B' => 0,
            'K' => 10,
            'M' => 20,
            'G' => 30,
            'T' => 40,
            'P' => 50,
            'E' => 60,
            _ => -1,
        };
        // Hexadecimal digits are no suffixes.
        var isHex = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        if (isHex && shift is 0 or 60) shift = -1;
        var digits = shift < 0 ? text : text[..^1];
        bytes = 0;
        if (isHex)
        {
            if (!OptionText.TryNumber(digits, out var hex)) return false;
            bytes = hex > Largest ? ulong.MaxValue : Scale(hex, shift);
            return true;
        }
        if (digits.Length is 0 or > 40 || !char.IsAsciiDigit(digits[0])
            || !decimal.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)) return false;
        bytes = Scale(number, shift);
        return true;
    }

    private static ulong Scale(decimal number, int shift)
    {
        var factor = (decimal)(1UL << (shift < 0 ? 20 : shift));
        return number > ulong.MaxValue / factor ? ulong.MaxValue : (ulong)(number * factor);
    }
}
